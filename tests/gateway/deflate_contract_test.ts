/** permessage-deflate for one connection: what is answered, how we compress and how the client does. @module */
import { assertEquals } from "@std/assert";
import { contractOf } from "../../lib/gateway/deflate_contract.ts";
import { parseExtensions } from "../../lib/handshake/mod.ts";
import type { PerMessageDeflateOptions } from "../../lib/route/mod.ts";

function contract(offer: string, option: boolean | PerMessageDeflateOptions, canKeepContext = true) {
  return contractOf(parseExtensions([offer]), option, canKeepContext);
}

const CHROMIUM = "permessage-deflate; client_max_window_bits";

Deno.test("contractOf agrees on nothing where it is off, or nothing acceptable is offered", () => {
  assertEquals(contract(CHROMIUM, false), undefined);
  assertEquals(contract("permessage-bzip2", true), undefined);
  assertEquals(contract("permessage-deflate; server_max_window_bits=8", true), undefined);
  assertEquals(contractOf([], true), undefined);
});

Deno.test("contractOf, on: no context is kept on either side", () => {
  assertEquals(contract(CHROMIUM, true), {
    response: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    ours: {
      parameters: { windowBits: 15, level: 1, memLevel: 8 },
      commonWindowBits: 15,
      keepsContext: false,
      thresholdBytes: 1024,
    },
    theirs: { keepsContext: false, windowBits: 15 },
  });
});

Deno.test("contractOf keeps contexts where the route says so and the client does not ask otherwise", () => {
  const option = { serverNoContextTakeover: false, clientNoContextTakeover: false };
  const both = contract(CHROMIUM, option);
  assertEquals([both?.response, both?.ours.keepsContext, both?.theirs.keepsContext], [
    "permessage-deflate",
    true,
    true,
  ]);
  const asked = contract("permessage-deflate; server_no_context_takeover", option);
  assertEquals([asked?.ours.keepsContext, asked?.theirs.keepsContext], [false, true]);
});

Deno.test("contractOf keeps no context where the runtime cannot, and says so in the answer", () => {
  const option = { serverNoContextTakeover: false, clientNoContextTakeover: false };
  const none = contract(CHROMIUM, option, false);
  assertEquals(none?.response, "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  assertEquals([none?.ours.keepsContext, none?.theirs.keepsContext], [false, false]);
});

Deno.test("contractOf compresses with the window agreed on, and remembers the one of everybody else", () => {
  const option = { serverMaxWindowBits: 12, clientMaxWindowBits: 10, level: 7, memLevel: 5, threshold: 3 };
  const agreed = contract("permessage-deflate; server_max_window_bits=10; client_max_window_bits", option);
  assertEquals(agreed?.ours, {
    parameters: { windowBits: 10, level: 7, memLevel: 5 },
    commonWindowBits: 12,
    keepsContext: false,
    thresholdBytes: 3,
  });
  assertEquals(agreed?.theirs, { keepsContext: false, windowBits: 10 });
});
