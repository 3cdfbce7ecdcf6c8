/** What the server says in `sockeye.v1`. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { SERVER_MESSAGES } from "../../lib/subprotocol/server_messages.ts";

const position = { epoch: "e", offset: 17 };

Deno.test("SERVER_MESSAGES says what docs/PROTOCOL.md has it say", () => {
  assertEquals(SERVER_MESSAGES.hello("p1"), '["hello","p1"]\n');
  assertEquals(SERVER_MESSAGES.pong(), '["pong"]\n');
  assertEquals(SERVER_MESSAGES.ack(7), '["ack",7]\n');
  assertEquals(SERVER_MESSAGES.reply(7), '["rep",7]\n');
  assertEquals(SERVER_MESSAGES.refusal(7, "limit", "too many"), '["err",7,"limit","too many"]\n');
  assertEquals(
    SERVER_MESSAGES.subscribed(7, "t", { recovered: true, position }),
    '["subbed",7,"t",{"recovered":true,"position":{"epoch":"e","offset":17}}]\n',
  );
  assertEquals(SERVER_MESSAGES.subscribed(7, "t", { recovered: false }), '["subbed",7,"t",{"recovered":false}]\n');
  assertEquals(SERVER_MESSAGES.unsubscribed("t"), '["unsubbed","t"]\n');
  assertEquals(SERVER_MESSAGES.publication("t", undefined), '["pub","t"]\n');
  assertEquals(SERVER_MESSAGES.publication("t", 0), '["pub","t",0]\n');
  assertEquals(SERVER_MESSAGES.position("t", 17), '["pos","t",17]\n');
  assertEquals(SERVER_MESSAGES.reset("t", position), '["reset","t",{"epoch":"e","offset":17}]\n');
  const member = { key: "ann", state: { at: 1 } };
  assertEquals(
    SERVER_MESSAGES.presence({ type: "join", topic: "t", member }),
    '["presence","join","t","ann",{"at":1}]\n',
  );
  assertEquals(
    SERVER_MESSAGES.members(7, [member, { key: "bob", state: null }]),
    '["members",7,[["ann",{"at":1}],["bob",null]]]\n',
  );
});

Deno.test("SERVER_MESSAGES gives one line of JSON, whatever names and states hold", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, text, fc.jsonValue(), (topic, key, state) => {
    const event = { type: "update", topic, member: { key, state } } as const;
    for (const message of [SERVER_MESSAGES.presence(event), SERVER_MESSAGES.publication(topic, 1)]) {
      assertEquals(message.indexOf("\n"), message.length - 1);
      assert(message.isWellFormed());
    }
    assertEquals(
      JSON.stringify(JSON.parse(SERVER_MESSAGES.presence(event))),
      JSON.stringify(["presence", "update", topic, key, state]),
    );
  }));
});
