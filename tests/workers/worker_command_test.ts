import { assertEquals, assertRejects } from "@std/assert";
import {
  checkWorkers,
  countOf,
  ownCommand,
  parseCommand,
  seatOf,
  workerCommand,
  WorkersUnavailableError,
} from "../../lib/workers/worker_command.ts";

const OWN = { flags: ["run", "--no-prompt", "--allow-net", "--allow-run"], program: "main.ts", args: ["--workers=2"] };

Deno.test("parseCommand takes a command line apart by the arguments at its end", () => {
  const words = ["/usr/bin/deno", "run", "--allow-net", "main.ts", "--workers", "2", ""];
  assertEquals(parseCommand(words, ["--workers", "2", ""]), {
    flags: ["run", "--allow-net"],
    program: "main.ts",
    args: ["--workers", "2", ""],
  });
  assertEquals(parseCommand(["deno", "main.ts"], []), { flags: [], program: "main.ts", args: [] });
  assertEquals(parseCommand(words, ["--workers", "3", ""]), undefined);
  assertEquals(parseCommand(["deno"], []), undefined);
  assertEquals(parseCommand([], []), undefined);
});

Deno.test("workerCommand is the parent's with the worker's number, and without the permission to start any program", () => {
  const { command, args } = workerCommand(OWN, 2, false);
  assertEquals(command, Deno.execPath());
  assertEquals(args, [
    "run",
    "--unstable-net",
    "--no-prompt",
    "--allow-net",
    "main.ts",
    "--workers=2",
    "--as-worker=2",
  ]);
  assertEquals(workerCommand(OWN, 1, true).args.includes("--allow-run"), true);
});

Deno.test("workerCommand keeps a list of programs, starts without `run` too, and leaves the inspector to the parent", () => {
  const flags = ["--inspect=127.0.0.1:9229", "--allow-run=ffmpeg", "-A"];
  assertEquals(workerCommand({ ...OWN, flags }, 1, false).args.slice(0, 4), [
    "run",
    "--unstable-net",
    "--allow-run=ffmpeg",
    "-A",
  ]);
});

Deno.test("seatOf knows a worker by its last argument", () => {
  assertEquals(seatOf(["--workers=2", "--as-worker=1"]), { isWorker: true, rest: ["--workers=2"] });
  assertEquals(seatOf(["--workers=2"]), { isWorker: false, rest: ["--workers=2"] });
  assertEquals(seatOf([]), { isWorker: false, rest: [] });
});

Deno.test("checkWorkers says on which system there are none, and what to do", async () => {
  const error = await assertRejects(
    () => checkWorkers(3, "darwin"),
    WorkersUnavailableError,
    "--workers=3 needs Linux",
  );
  assertEquals(error.message.includes("darwin"), true);
  await checkWorkers(3, "linux");
});

Deno.test({
  name: "ownCommand finds the flags of this process",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // A test is started as `deno test`: its files are arguments of deno's own.
    const found = await ownCommand();
    assertEquals(found.args, Deno.args);
    assertEquals(found.flags[0], "test");
  },
});

Deno.test("countOf is one for each core, where that is asked for, and not more than there may be", () => {
  assertEquals([countOf(3, 8), countOf("auto", 8), countOf("auto", 256)], [3, 8, 64]);
});
