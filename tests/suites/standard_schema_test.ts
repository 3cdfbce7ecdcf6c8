/**
 * `schema.message` takes the schemas of real libraries as they are, and types the message's value by them.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { type } from "arktype";
import { defineRoute, type Peer, SchemaError, type StandardSchema } from "sockeye";
import { createTestServer } from "sockeye/testing";
import * as valibot from "valibot";
import { z } from "zod";

/** What a chat message is, said in three ways. */
const SCHEMAS = {
  zod: z.object({ text: z.string().min(1), at: z.number() }),
  valibot: valibot.object({ text: valibot.pipe(valibot.string(), valibot.minLength(1)), at: valibot.number() }),
  arktype: type({ text: "string > 0", at: "number" }),
};

interface Chat {
  readonly text: string;
  readonly at: number;
}

/** The same handlers for each: the value's type comes from the schema, or this does not compile. */
function answer(peer: Peer, value: Chat): void {
  peer.send(`${value.text} at ${value.at}`);
}

const ROUTES = {
  zod: defineRoute({ schema: { message: SCHEMAS.zod }, message: (peer, message) => answer(peer, message.value) }),
  valibot: defineRoute({
    schema: { message: SCHEMAS.valibot },
    message: (peer, message) => answer(peer, message.value),
  }),
  arktype: defineRoute({
    schema: { message: SCHEMAS.arktype },
    message: (peer, message) => answer(peer, message.value),
  }),
};

for (const [library, route] of Object.entries(ROUTES)) {
  Deno.test(`a schema of ${library} gives its value to the handler, and closes with 1008 what does not match`, async () => {
    await using server = await createTestServer({ "/chat": { default: route } });
    const peer = await server.connect("/chat");
    peer.send('{"text":"hello","at":7}');
    assertEquals(await peer.receive(), "hello at 7");
    peer.send('{"text":"","at":7}');
    assertEquals((await peer.closed).code, 1008);
  });
}

for (const [library, schema] of Object.entries<StandardSchema>(SCHEMAS)) {
  Deno.test(`what a schema of ${library} refuses is told to the error hook, and the peer stays`, async () => {
    const route = defineRoute({
      schema: { message: schema },
      message: (peer) => void peer.send("taken"),
      error(peer, error) {
        peer.send(error instanceof SchemaError ? `refused: ${error.message}` : "something else");
      },
    });
    await using server = await createTestServer({ "/chat": { default: route } });
    const peer = await server.connect("/chat");
    peer.send("not JSON");
    assertMatch(String(await peer.receive()), /^refused: .*JSON/);
    peer.send('{"text":"hello"}');
    assertMatch(String(await peer.receive()), /^refused: .*at/);
    peer.send('{"text":"hello","at":7}');
    assertEquals(await peer.receive(), "taken");
  });
}
