/** The numbers and names of docs/INSPECTOR.md are those of the code. @module */
import { assertStringIncludes } from "@std/assert";
import { TOKEN_VARIABLES } from "../../lib/deploy/admin_tokens.ts";
import { QUEUE_LIMITS } from "../../lib/observe/inspector/frame_queue.ts";
import { INSPECTOR_PATHS } from "../../lib/observe/inspector/inspector.ts";
import { STORE_LIMITS } from "../../lib/observe/inspector/page/frame_store.ts";
import { SESSION_MS } from "../../lib/observe/inspector/sessions.ts";
import { BATCH_MS } from "../../lib/observe/inspector/watch_stream.ts";
import { MAX_VIEWERS } from "../../lib/observe/inspector/watches.ts";
import { PROJECT } from "../support/server_process.ts";

const text = (await Deno.readTextFile(`${PROJECT}docs/INSPECTOR.md`)).replaceAll(/\s+/g, " ");
const MIB = 1024 * 1024;

Deno.test("docs/INSPECTOR.md: the numbers and the names are those of the code", () => {
  const said = [
    `\`${INSPECTOR_PATHS.local}/\``,
    `\`${INSPECTOR_PATHS.admin}/\``,
    TOKEN_VARIABLES.inspector,
    `ends after ${SESSION_MS / 3_600_000} hours`,
    `a queue of ${QUEUE_LIMITS.frames.toLocaleString("en")} frames and ${QUEUE_LIMITS.bytes / MIB} MiB`,
    `emptied ${1000 / BATCH_MS} times a second`,
    `At most ${MAX_VIEWERS} views`,
    `latest ${STORE_LIMITS.frames.toLocaleString("en")} frames, or ${STORE_LIMITS.bytes / MIB} MiB`,
  ];
  for (const words of said) assertStringIncludes(text, words);
});
