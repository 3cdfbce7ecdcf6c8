/** Code is loaded in a process that is thrown away, and whatever it does there is done to that process. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../lib/gateway/mod.ts";
import { mayRehearse, RehearsalError, rehearse } from "../../lib/deploy/rehearsal.ts";
import { counterCode } from "./support/made_upload.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const limit = { clock: systemClock, timeoutMs: 20_000 };

Deno.test("rehearse is content with code that can be loaded, also if it leaves timers behind", async () => {
  await rehearse(bytes(counterCode("one", "setInterval(() => {}, 1000);")), limit);
  await rehearse(bytes(counterCode("one", `import { Buffer } from "node:buffer"; Buffer.from("x");`)), limit);
});

for (
  const [what, code, message] of [
    ["throws", `throw new Error("not at home");`, "not at home"],
    ["ends the process", "Deno.exit(3);", "ended the process with 3"],
    ["is no JavaScript", "const = 1;", "SyntaxError"],
    ["imports a file", `import "file:///etc/passwd";`, 'Requires read access to "/etc/passwd"'],
    ["imports from the network", `import "https://example.com/x.js";`, "example.com"],
    ["reads a file", `Deno.readTextFileSync("/etc/passwd");`, "NotCapable"],
    ["connects", `await Deno.connect({ port: 1 });`, "NotCapable"],
    [
      "reads the environment of the server",
      `if (Deno.env.get("SOCKEYE_REHEARSED")) throw new Error("it is there")`,
      "",
    ],
  ] as const
) {
  Deno.test(`rehearse of code that ${what}`, async () => {
    Deno.env.set("SOCKEYE_REHEARSED", "1");
    const source = bytes(`${code}\nexport const routes = [];\n`);
    if (message === "") await rehearse(source, limit);
    else await assertRejects(() => rehearse(source, limit), RehearsalError, message);
  });
}

Deno.test("rehearse holds no more than the end of what code says", async () => {
  const code = bytes(
    `for (let at = 0; at < 2_000; at++) console.error("x".repeat(1_000));\nthrow new Error("at the end");`,
  );
  const { message } = await assertRejects(() => rehearse(code, limit), RehearsalError, "at the end");
  assertEquals(message.length <= 2_000, true);
});

Deno.test("rehearse kills what does not come to an end", async () => {
  const code = bytes("for (;;);");
  await assertRejects(
    () => rehearse(code, { ...limit, timeoutMs: 300 }),
    RehearsalError,
    "loading the code took longer than 300 ms",
  );
});

Deno.test("mayRehearse where there is the permission to run", async () => assertEquals(await mayRehearse(), true));
