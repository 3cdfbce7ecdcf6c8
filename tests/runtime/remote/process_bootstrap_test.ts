import { assertEquals } from "@std/assert";
import { BOOTSTRAP_URL, bootstrapInput } from "../../../lib/runtime/remote/process_bootstrap.ts";

/** What a process says that is sent this, and then nothing more. */
async function run(...input: readonly Uint8Array<ArrayBuffer>[]) {
  const args = ["run", "--quiet", "--no-prompt", "--no-remote", "--no-npm", "--no-config", "--no-lock", BOOTSTRAP_URL];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  for (const part of input) await writer.write(part);
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("bootstrapInput is the length of the host in bytes, and the host", () => {
  assertEquals([...bootstrapInput("ä")], [2, 0, 0, 0, 0xc3, 0xa4]);
});

Deno.test("the bootstrap runs the host that it is sent, however it is cut, and leaves it what follows", async () => {
  const host = `
    const bytes = new Uint8Array(100);
    const count = await Deno.stdin.read(bytes);
    console.log("ä got", new TextDecoder().decode(bytes.subarray(0, count)));
  `;
  const input = bootstrapInput(host);
  const { code, stdout, stderr } = await run(
    input.slice(0, 2),
    input.slice(2, 20),
    Uint8Array.from([...input.slice(20), ...new TextEncoder().encode("the rest")]),
  );
  assertEquals([code, stdout, stderr], [0, "ä got the rest\n", ""]);
});

Deno.test("the bootstrap ends when its input does before the host is there", async () => {
  const { code, stdout, stderr } = await run(bootstrapInput("console.log('never');").slice(0, 10));
  assertEquals([code, stdout, stderr], [0, "", ""]);
});
