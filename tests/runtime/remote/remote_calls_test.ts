/** What is asked of code that is not there; what it answers stands in the runtime suite. @module */
import { assertEquals } from "@std/assert";
import { type CallsHome, RemoteCalls } from "../../../lib/runtime/remote/remote_calls.ts";

const HOME: CallsHome = {
  whenUp: () => Promise.resolve(undefined),
  isCurrent: () => false,
  hasUpgrade: () => true,
  shown: (request) => request,
  failed: () => {},
};

Deno.test("RemoteCalls answers 503 with Retry-After while the code is away", async () => {
  const calls = new RemoteCalls(HOME);
  const response = await calls.exchange(0, new Request("http://a/", { method: "POST", body: "x" }), {}, "192.0.2.7");
  const decision = await calls.upgrade(0, {
    request: { method: "GET", url: "http://a/", headers: [], remoteAddress: "192.0.2.7" },
    params: {},
    subprotocols: [],
    signal: new AbortController().signal,
  });
  const refused = decision.accept ? undefined : decision.response;
  assertEquals([response, refused].map((one) => [one?.status, one?.headers.get("retry-after")]), [
    [503, "1"],
    [503, "1"],
  ]);
});
