/** The two configurations are one but for the stand-ins, and `start` asks for no more than it needs. @module */
import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { libcPaths } from "../../lib/gateway/epoll/libc.ts";
import { envNames } from "../../lib/gateway/option_table.ts";
import { PROJECT } from "./source_file.ts";

interface Task {
  readonly command: string;
  readonly description: string;
}

interface Config {
  readonly links?: readonly string[];
  readonly lock?: boolean;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly test: Readonly<Record<string, unknown>>;
}

const read = (path: string): Config => JSON.parse(Deno.readTextFileSync(new URL(path, PROJECT)));
const own = read("deno.json");
const jsr = read("deno.jsr.json");

Deno.test("deno.jsr.json is deno.json without links, and writes no lock file", () => {
  const { links: _links, ...withoutLinks } = own;
  assertEquals(jsr, { ...withoutLinks, lock: false });
});

Deno.test("every linked stand-in has the name and a version that deno.json asks for", () => {
  const names = (own.links ?? []).map((folder) => {
    const { name, version } = JSON.parse(Deno.readTextFileSync(new URL(`${folder}/deno.json`, PROJECT)));
    const wanted = own.imports[name];
    assertMatch(wanted ?? "", /^jsr:.*@\^1$/);
    assertMatch(version, /^1\./);
    return name;
  });
  assertEquals(names.sort(), Object.keys(own.imports).filter((name) => name.startsWith("@std/")).sort());
});

Deno.test("both sanitizers are on for every test", () => {
  assertEquals([own.test.sanitizeOps, own.test.sanitizeResources], [true, true]);
});

Deno.test("start:deploys is start with the permission to write to one folder of the project, and for nothing else", () => {
  const [start, deploys] = ["start", "start:deploys"].map((name) => own.tasks[name]?.command ?? "");
  assertEquals(deploys, start!.replace(" main.ts", " --allow-write=.sockeye main.ts --data-dir=.sockeye"));
});

Deno.test("start:workers is start with the permission to start programs, and for nothing else", () => {
  const [start, workers] = ["start", "start:workers"].map((name) => own.tasks[name]?.command ?? "");
  assertEquals(workers, start!.replace(" main.ts", " --allow-run main.ts --workers=auto"));
});

for (const name of ["start", "dev"]) {
  Deno.test(`deno task ${name} asks for the least: no -A, no write, no run, no ffi, no prompt`, () => {
    const { command } = own.tasks[name] ?? { command: "" };
    assertFalse(/(?:^|\s)(?:-A|--allow-all|-[A-Z]*[WS]|--allow-(?:write|run|ffi)\S*)(?=\s|$)/.test(command));
    assertStringIncludes(command, "--no-prompt");
    assertMatch(command, /"--allow-env=[A-Z_,*]+"/);
    assertMatch(command, /--allow-read=\./);
    assertStringIncludes(command, "DENO_TOKIO_EVENT_INTERVAL=4");
  });
}

Deno.test("start:epoll is start with the permission for the C library, and for nothing else", () => {
  const [start, epoll] = ["start", "start:epoll"].map((name) => own.tasks[name]?.command ?? "");
  const platforms = ["x86_64", "aarch64"].flatMap((arch) =>
    ["gnu", "musl"].map((environment) => ({ os: "linux", arch, target: `${arch}-unknown-linux-${environment}` }))
  );
  const allowed = / --allow-ffi=(\S+)/.exec(epoll!)?.[1]?.split(",") ?? [];
  assertEquals(new Set(allowed), new Set(platforms.flatMap(libcPaths)));
  assertEquals(epoll!.replace(/ --allow-ffi=\S+/, ""), `${start} --transport=epoll`);
});

Deno.test("deno task start keeps the young generation small, and lets V8 inline more: see docs/PERFORMANCE.md", () => {
  const flags = "--max-semi-space-size=4,--max-inlined-bytecode-size-cumulative=3000";
  assertStringIncludes(own.tasks["start"]?.command ?? "", ` --v8-flags=${flags} `);
});

Deno.test("deno task start has the C library give back what compiling took: see docs/PERFORMANCE.md", () => {
  assertStringIncludes(own.tasks["start"]?.command ?? "", " MALLOC_MMAP_THRESHOLD_=20480 MALLOC_MMAP_MAX_=4096 deno ");
});

Deno.test("start and dev may read the environment variable of every option", () => {
  for (const name of ["start", "dev"]) {
    const allowed = /"--allow-env=([^"]*)"/.exec(own.tasks[name]?.command ?? "")?.[1]?.split(",") ?? [];
    const isAllowed = (variable: string): boolean =>
      allowed.some((entry) => entry.endsWith("*") ? variable.startsWith(entry.slice(0, -1)) : variable === entry);
    assertEquals(envNames().filter((variable) => !isAllowed(variable)), []);
  }
});

Deno.test("every task says what it is for", () => {
  for (const [name, { description }] of Object.entries(own.tasks)) assert(description, `${name} has no description`);
});

Deno.test("the documentation of every public entry point is checked", () => {
  for (const path of Object.values(own.exports)) {
    assertStringIncludes(own.tasks["lint:docs"]?.command ?? "", path.replace("./", ""));
  }
});

Deno.test("what test:quick leaves out is in test:servers, test:alone or test:long, and in no two of them", () => {
  const commandOf = (name: string): string => own.tasks[name]?.command ?? "";
  const leftOut = /--ignore=(\S+)/.exec(commandOf("test:quick"))?.[1]?.split(",") ?? [];
  const others = ["test:servers", "test:alone", "test:long"].flatMap((name) =>
    [...commandOf(name).matchAll(/ (tests\/\S+)/g)].map(([, path]) => path!)
  );
  assertEquals(leftOut.toSorted(), others.toSorted());
  // Each of them in `deno task test`, or in what .ci/run runs beside it.
  assertEquals(commandOf("test"), "deno task test:quick && deno task test:servers && deno task test:alone");
  assertMatch(
    Deno.readTextFileSync(".ci/run"),
    /^tests test npx -y deno task test$[^]*^tests test-long .* test:long$/m,
  );
});
