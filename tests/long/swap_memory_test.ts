/** What many versions of the code leave behind in the gateway: inline themselves, elsewhere nothing. @module */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import type { RuntimeKind } from "../../lib/route/table.ts";
import { RawClient } from "../support/raw_client.ts";
import { PROJECT } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";
import type { SwapServerReport } from "../support/swap_server.ts";

const PEERS = 50;
/** By then every pool has what it keeps. */
const WARM_UP_SWAPS = 30;
const SWAPS = 90;
const KIB = 1024;

/** Three times what was measured: 22 to 28 KiB resident, 2 to 3 KiB of the heap. */
const MOST_RESIDENT_BYTES = 84 * KIB;
const MOST_HEAP_BYTES = 9 * KIB;
/** Inline it was 780 KiB and 510 KiB; 256 KiB are the version's own text. */
const LEAST_INLINE_BYTES = 256 * KIB;

/** Threads that wait for work come and go. */
const SPARE_THREADS = 6;

const ANSWER_MS = 60_000;

/** A server that swaps when it is told to, gone after the test. */
class SwapServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #read = "";

  constructor(kind: RuntimeKind) {
    const flags = START_TASK.flags.filter((flag) => !flag.startsWith("--allow-"));
    const collecting = flags.map((flag) => flag.startsWith("--v8-flags=") ? `${flag},--expose-gc` : flag);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...collecting, "-A", `${PROJECT}tests/support/swap_server.ts`, `--runtime=${kind}`],
      env: { NO_COLOR: "1", ...START_TASK.env },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    // deadline: a server that does not answer is killed, and so its output ends
    const deadline = setTimeout(() => this.#child.kill("SIGKILL"), ANSWER_MS);
    try {
      for (;;) {
        const end = this.#read.indexOf("\n");
        if (end >= 0) {
          const line = this.#read.slice(0, end);
          this.#read = this.#read.slice(end + 1);
          return line;
        }
        const { done, value } = await this.#answers.read();
        if (done) throw new Error("the server has ended");
        this.#read += value;
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Swaps so many times, and tells what is taken up then. */
  async swap(count: number) {
    await this.#orders.write(new TextEncoder().encode(`${count}\n`));
    const report = JSON.parse(await this.line()) as SwapServerReport;
    return { ...report, threads: this.#count("task"), files: this.#count("fd"), children: this.#children() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#orders.abort().catch(() => {}); // Nobody reads any more.
    await this.#answers.cancel();
    await this.#child.status;
  }

  #count(what: "task" | "fd"): number {
    return [...Deno.readDirSync(`/proc/${this.#child.pid}/${what}`)].length;
  }

  /** Processes that it has started, ended ones that nobody has asked after included. */
  #children(): number {
    const folder = `/proc/${this.#child.pid}/task`;
    const lists = [...Deno.readDirSync(folder)].map(({ name }) => Deno.readTextFileSync(`${folder}/${name}/children`));
    return lists.flatMap((list) => list.split(" ").filter((pid) => pid !== "")).length;
  }
}

/** What each of so many swaps has left behind, on an average. */
async function growth(kind: RuntimeKind) {
  await using server = new SwapServer(kind);
  const port = Number(/:(\d+)$/.exec(await server.line())?.[1]);
  const clients: RawClient[] = [];
  try {
    for (let count = 0; count < PEERS; count++) clients.push(await RawClient.connect({ port, path: "/" }));
    const ask = async (answer: string): Promise<void> => {
      for (const client of clients) {
        await client.sendText("hello");
        assertEquals(await client.nextButPings(), { kind: "text", text: answer });
      }
    };
    await ask("1 1 hello");
    const before = await server.swap(WARM_UP_SWAPS);
    await ask(`2 ${WARM_UP_SWAPS + 1} hello`);
    const after = await server.swap(SWAPS);
    await ask(`3 ${WARM_UP_SWAPS + SWAPS + 1} hello`);
    assertEquals(after.moved, PEERS);
    return {
      residentBytes: (after.rssBytes - before.rssBytes) / SWAPS,
      heapBytes: (after.heapBytes - before.heapBytes) / SWAPS,
      threads: after.threads - before.threads,
      files: after.files - before.files,
      children: after.children,
    };
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

for (const kind of ["worker", "process"] as const) {
  Deno.test({
    name: `${kind}: 90 swaps leave no memory, thread, process or open file behind in the gateway`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const { residentBytes, heapBytes, threads, files, children } = await growth(kind);
      assertLess(residentBytes, MOST_RESIDENT_BYTES);
      assertLess(heapBytes, MOST_HEAP_BYTES);
      assertLess(threads, SPARE_THREADS);
      assertEquals([files, children], [0, kind === "process" ? 1 : 0]);
    },
  });
}

Deno.test({
  name: "inline: each version stays in memory, so that the two above would see it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { residentBytes, heapBytes } = await growth("inline");
    assertGreater(residentBytes, LEAST_INLINE_BYTES);
    assertGreater(heapBytes, LEAST_INLINE_BYTES);
  },
});
