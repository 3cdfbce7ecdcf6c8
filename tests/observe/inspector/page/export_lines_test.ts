import { assertEquals } from "@std/assert";
import { exportLines } from "../../../../lib/observe/inspector/page/export_lines.ts";

Deno.test("exportLines is one JSON object a line, in words", () => {
  const lines = exportLines([
    { n: 1, t: 0, d: "in", h: "818537fa213d", p: btoa("Hello"), m: 1 },
    {
      n: 2,
      t: 5,
      d: "out",
      h: "c107",
      p: Uint8Array.fromHex("f248cdc9c90700").toBase64(),
      m: 1,
      c: { opcode: 1, frames: 1, bytes: 5, b: btoa("Hello"), inflation: "whole" },
    },
    { n: 3, t: 5, d: "in", h: "8110", p: "", m: 2, hidden: "a token" },
  ]);
  assertEquals(lines.endsWith("}\n"), true);
  const [first, second, third] = lines.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(first, {
    number: 1,
    time: "1970-01-01T00:00:00.000Z",
    direction: "from peer",
    opcode: 1,
    name: "text",
    fin: true,
    rsv: "000",
    maskKey: "37fa213d",
    lengthForm: 7,
    payloadBytes: 5,
    header: "818537fa213d",
    payload: btoa("Hello"),
    text: "Hello",
    message: 1,
  });
  assertEquals([second.direction, second.rsv, second.text], ["to peer", "100", undefined]);
  assertEquals(second.content, { frames: 1, bytes: 5, inflation: "whole", text: "Hello" });
  assertEquals([third.hidden, third.payload, third.text], ["a token", undefined, undefined]);
});
