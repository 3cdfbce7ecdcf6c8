import { assertEquals } from "@std/assert";
import { pathOfUrl } from "../../lib/runtime/file_url.ts";

const MODULE = pathOfUrl(new URL("../../lib/runtime/stray_errors.ts", import.meta.url));

Deno.test("keepRunning: what nobody catches is told, and the process goes on", async () => {
  const script = `
    import { keepRunning } from ${JSON.stringify(`file://${MODULE}`)};
    keepRunning({ error: (message, { error }) => console.log(message + ": " + error.message) });
    setTimeout(() => { throw new Error("thrown"); }, 0);
    Promise.reject(new Error("rejected"));
    setTimeout(() => console.log("goes on"), 10);
  `;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "--allow-read", `data:text/javascript,${encodeURIComponent(script)}`],
  }).output();
  assertEquals(code, 0);
  assertEquals(new TextDecoder().decode(stdout).trim().split("\n").sort(), [
    "a promise was rejected and nobody handled it: rejected",
    "an error was thrown and nobody caught it: thrown",
    "goes on",
  ]);
});
