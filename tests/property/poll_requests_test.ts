/** Whatever is asked of the poll transport, in whatever order: each request is answered, and with nothing unexpected. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Route } from "sockeye";
import { createTestServer } from "../../lib/testing/mod.ts";

const position = fc.oneof(
  fc.nat(40).map(String),
  fc.constantFrom("0", "-1", "999999999999999", "9999999999999999", "1.5", "", "x", "1, 2"),
);

const request = fc.record({
  method: fc.constantFrom("GET", "GET", "POST", "POST", "POST", "DELETE", "PUT", "HEAD", "OPTIONS"),
  /** Which of the sessions there are; others are none. */
  session: fc.oneof(fc.nat(2), fc.nat(2), fc.nat(2), fc.constantFrom(undefined, "", "x", "a.AAAAAAAAAAAAAAAAAAAAAA")),
  sequence: fc.option(position, { nil: undefined }),
  acknowledge: fc.oneof(fc.constant("0"), fc.option(position, { nil: undefined })),
  transport: fc.constantFrom(undefined, "poll", "long-poll", "pigeon"),
  route: fc.constantFrom(undefined, "/", "/", "/closing", "/nowhere", "no path"),
  origin: fc.constantFrom(
    undefined,
    undefined,
    undefined,
    undefined,
    "http://localhost",
    "http://evil.example",
    "null",
  ),
  body: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 60 })),
  /** How long the client waits before it asks the next. */
  pauseMs: fc.constantFrom(0, 0, 0, 10_000, 30_000),
});

type Asked = typeof request extends fc.Arbitrary<infer T> ? T : never;

const STATUSES = new Set([200, 201, 204, 400, 403, 404, 405, 409, 410, 503]);

function fieldsOf({ sequence, acknowledge, transport, route, origin, session }: Asked, begun: readonly string[]) {
  const token = typeof session === "number" ? begun[session] : session;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["Sockeye-Session", token],
    ["Sockeye-Sequence", sequence],
    ["Sockeye-Acknowledge", acknowledge],
    ["Sockeye-Transport", transport],
    ["Sockeye-Route", route],
    ["Origin", origin],
  ];
  return fields.filter((field): field is readonly [string, string] => field[1] !== undefined) as [string, string][];
}

Deno.test("any requests in any order are answered, and leave nothing behind", async () => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 5, maxLength: 30, size: "max" }), async (requests) => {
      let open = 0;
      const count: Route = {
        open: (peer) => void peer.send(`you are ${++open}`),
        message: (peer, message) => void peer.send(message.bytes()),
        close: () => void open--,
      };
      const closing: Route = { ...count, message: (peer) => peer.close(4000) };
      const server = await createTestServer({ "/": count, "/closing": closing }, { isDevelopment: false });
      const begun: string[] = [];
      for (const transport of ["poll", "long-poll"]) {
        const headers = { "Sockeye-Route": "/", "Sockeye-Transport": transport };
        const response = await server.fetch("/_sockeye/poll", { method: "POST", headers });
        begun.push((await response.json()).session);
      }
      const answers: Promise<void>[] = [];
      for (const asked of requests) {
        const { method, body, pauseMs } = asked;
        const bodied = method === "POST" || method === "PUT" ? { body: body.slice() } : {};
        const init = { method, headers: fieldsOf(asked, begun), ...bodied };
        answers.push(
          server.fetch("/_sockeye/poll", init).then(async (response) => {
            const text = await response.text();
            assert(STATUSES.has(response.status), `${response.status} ${text}`);
            statuses.add(response.status);
            if (response.status === 201) begun.push(JSON.parse(text).session);
          }),
        );
        // It is answered, or held: who is held is released by the time.
        await server.still();
        await new Promise((resolve) => setTimeout(resolve));
        await server.clock.advance(pauseMs);
      }
      await server.clock.advance(100_000);
      await Promise.all(answers);
      await server.clock.advance(100_000);
      await server.stop();
      assertEquals([open, server.logs.filter(({ level }) => level === "error")], [0, []]);
    }),
    { numRuns: 100 },
  );
  // All but a full server were met.
  assertEquals([...STATUSES].filter((status) => !statuses.has(status)), [503]);
});
