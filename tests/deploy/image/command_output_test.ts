/** Other programs are run to their end, and what went wrong is said. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { outputOf } from "../../../lib/deploy/image/command_output.ts";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";

const deno = (code: string, folder?: string) =>
  outputOf({
    program: Deno.execPath(),
    args: ["eval", code],
    install: "",
    ...(folder === undefined ? {} : { folder }),
  });

Deno.test("outputOf gives what was printed, byte for byte, from the folder it was told", async () => {
  assertEquals([...await deno("await Deno.stdout.write(Uint8Array.of(0, 255, 10))")], [0, 255, 10]);
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    assertEquals(new TextDecoder().decode(await deno("console.log(Deno.cwd())", folder)).trim(), folder);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("outputOf of a program that fails says what it complained of", async () => {
  const { message } = await assertRejects(() => deno("console.error('no such package'); Deno.exit(3)"), ImageError);
  assertEquals(message, `${Deno.execPath()} eval failed:\nno such package`);
});

Deno.test("outputOf of a program that is missing says what to do", async () => {
  const order = { program: "sockeye-no-such-program", args: [], install: "use the Dockerfile" };
  const { message } = await assertRejects(() => outputOf(order), ImageError);
  assertEquals(message, "sockeye-no-such-program is missing: use the Dockerfile");
});
