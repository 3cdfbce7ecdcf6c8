/** The container starts what the start task starts. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import denoConfig from "../../../deno.json" with { type: "json" };
import { ImageError } from "../../../lib/deploy/image/image_error.ts";
import { startCommand } from "../../../lib/deploy/image/start_command.ts";
import { START_TASK } from "../../support/start_task.ts";

Deno.test("startCommand reads and writes what the image has, and is the start task otherwise", () => {
  const { entrypoint, env } = startCommand(denoConfig.tasks.start.command);
  const { flags: [run, ...flags] } = START_TASK;
  const sealed = ["--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock"];
  assertEquals([run, entrypoint[0], entrypoint[1]], ["run", "/usr/bin/deno", "run"]);
  assertEquals(
    entrypoint.slice(2),
    [
      ...flags.flatMap((flag) =>
        flag === "--allow-read=." ? ["--allow-read=/app,/var/lib/sockeye", "--allow-write=/var/lib/sockeye"] : [flag]
      ),
      ...sealed,
      "/app/main.js",
    ],
  );
  assertEquals(env, START_TASK.env);
  assertEquals(Object.keys(env).sort(), ["DENO_TOKIO_EVENT_INTERVAL", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_"]);
});

Deno.test("startCommand allows no program to be started, no foreign library, and nobody to be asked", () => {
  const words = startCommand(denoConfig.tasks.start.command).entrypoint;
  assertEquals(words.filter((word) => /^(?:-A|--allow-(?:all|run|ffi))/.test(word)), []);
  assertEquals(words.includes("--no-prompt"), true);
});

Deno.test("startCommand keeps a quoted word whole, without its quotes", () => {
  const { entrypoint } = startCommand('A=1 deno run --allow-read=. "--allow-env=PORT,SOCKEYE_*" main.ts');
  assertEquals(entrypoint.includes("--allow-env=PORT,SOCKEYE_*"), true);
});

for (
  const task of [
    "node main.js",
    "deno serve --allow-read=. main.ts",
    "deno run main.ts",
    "deno run --allow-read=. x.ts",
  ]
) {
  Deno.test(`startCommand refuses ${task}`, () => {
    assertStringIncludes(assertThrows(() => startCommand(task), ImageError).message, task);
  });
}
