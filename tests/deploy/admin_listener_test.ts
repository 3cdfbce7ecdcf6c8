/** Where admin requests come in. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { AdminListener, AdminListenError, partsOf } from "../../lib/deploy/admin_listener.ts";
import { systemClock } from "../../lib/gateway/mod.ts";

const limit = { clock: systemClock, timeoutMs: 2_000 };
const ok = () => Promise.resolve(new Response("ok"));

Deno.test("AdminListener answers on its address, and ends", async () => {
  const listener = new AdminListener("127.0.0.1:0", ok);
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const url = `http://127.0.0.1:${listener.port}/`;
  assertEquals(await (await fetch(url, { client })).text(), "ok");
  await listener.close(limit);
  const refused = await fetch(url, { client }).then(() => "answered", () => "refused");
  assertEquals(refused, "refused");
});

Deno.test("AdminListener that ends lets the answer under way go out, within its limit", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const listener = new AdminListener("127.0.0.1:0", () => {
    asked.resolve();
    return answer.promise;
  });
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const answered = fetch(`http://127.0.0.1:${listener.port}/`, { client });
  await asked.promise;
  const closing = listener.close(limit);
  answer.resolve(new Response("late"));
  assertEquals(await (await answered).text(), "late");
  await closing;
});

Deno.test("AdminListener says when its address is in use", async () => {
  const listener = new AdminListener("127.0.0.1:0", ok);
  assertThrows(
    () => new AdminListener(`127.0.0.1:${listener.port}`, ok),
    AdminListenError,
    "is in use: choose another",
  );
  await listener.close(limit);
});

Deno.test("partsOf takes addresses apart", () => {
  assertEquals(partsOf("127.0.0.1:4001"), { hostname: "127.0.0.1", port: 4001 });
  assertEquals(partsOf("[::1]:0"), { hostname: "::1", port: 0 });
  assertEquals(partsOf("admin.internal:80"), { hostname: "admin.internal", port: 80 });
});
