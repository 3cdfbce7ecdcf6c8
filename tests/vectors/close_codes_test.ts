/** Close codes 0 to 65 535 against the ranges of RFC 6455 §7.4 and the IANA registry. @module */
import { assertEquals } from "@std/assert";
import { isUserCloseCode, isWireCloseCode } from "../../lib/frame/mod.ts";
import { receive } from "../frame/recorder.ts";
import { closeFrame, Side } from "../protocol/side.ts";

/** Runs of codes for which `isAllowed` holds, ends included. */
function ranges(isAllowed: (code: number) => boolean): string {
  const runs: [number, number][] = [];
  for (let code = 0; code <= 65_535; code++) {
    if (!isAllowed(code)) continue;
    const last = runs.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else runs.push([code, code]);
  }
  return runs.map(([first, last]) => `${first}-${last}`).join(" ");
}

Deno.test("of all codes a Close frame may carry 1000-1003, 1007-1014 and 3000-4999 (RFC 6455 §7.4.1, §7.4.2)", () => {
  assertEquals(ranges(isWireCloseCode), "1000-1003 1007-1014 3000-4999");
});

Deno.test("of all codes a server's user may send the same without 1010, which is a client's", () => {
  assertEquals(ranges(isUserCloseCode), "1000-1003 1007-1009 1011-1014 3000-4999");
});

Deno.test("Receiver tells every allowed code of a received Close frame and refuses every other (RFC 6455 §7.4)", () => {
  const received = (code: number) => {
    const { events, violation } = receive(closeFrame(code));
    if (violation === undefined) return events[0] === `close ${code} `;
    assertEquals([violation, events], ["CLOSE_CODE_INVALID", []]);
    return false;
  };
  assertEquals(ranges(received), "1000-1003 1007-1014 3000-4999");
});

Deno.test("ServerProtocol echoes every allowed code and answers every other with 1002 (RFC 6455 §5.5.1)", () => {
  for (const code of [1000, 1003, 1007, 1014, 3000, 4999]) {
    const side = new Side();
    side.receive(closeFrame(code, "because"));
    assertEquals(side.seen(), [`close ${code} `]);
  }
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]) {
    const side = new Side();
    side.receive(closeFrame(code));
    assertEquals(side.seen()[0]?.slice(0, 10), "close 1002");
  }
});
