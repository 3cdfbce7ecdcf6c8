import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { EpollUnavailableError, libcPaths, openLibc } from "../../../lib/gateway/epoll/libc.ts";
import { ERRNO } from "../../../lib/gateway/epoll/linux.ts";
import { needsEpoll, realLibc } from "../../support/epoll.ts";
import { PROJECT } from "../../support/server_process.ts";

const GNU = { os: "linux", arch: "x86_64", target: "x86_64-unknown-linux-gnu" };

Deno.test("libcPaths are absolute, of the C library that Deno runs with, and of this processor", () => {
  assertEquals(libcPaths(GNU)[0], "/lib/x86_64-linux-gnu/libc.so.6");
  const arm = { os: "linux", arch: "aarch64", target: "aarch64-unknown-linux-gnu" };
  assertEquals(libcPaths(arm)[0], "/lib/aarch64-linux-gnu/libc.so.6");
  assert(libcPaths(GNU).every((path) => path.startsWith("/") && !path.includes("aarch64")));
  // Another library than the process's own would keep its errors where that of musl keeps something else.
  assert(libcPaths(GNU).every((path) => !path.includes("musl")));
  const musl = { ...GNU, target: "x86_64-unknown-linux-musl" };
  assertEquals(libcPaths(musl), ["/lib/ld-musl-x86_64.so.1", "/lib/libc.musl-x86_64.so.1"]);
});

Deno.test("there is no epoll but on Linux, on x64 and arm64: the error names the platform", () => {
  for (const platform of [{ ...GNU, os: "darwin" }, { ...GNU, os: "windows" }, { ...GNU, arch: "riscv64" }]) {
    assertEquals(libcPaths(platform), []);
    const { message } = assertThrows(() => openLibc(platform), EpollUnavailableError);
    assertStringIncludes(message, `this is ${platform.os} on ${platform.arch}`);
  }
});

Deno.test({
  name: "a library that is not there is named, with those that were tried",
  ...needsEpoll,
  fn() {
    const elsewhere = Deno.build.arch === "x86_64" ? "aarch64" : "x86_64";
    const { message } = assertThrows(
      () => openLibc({ os: "linux", arch: elsewhere, target: `${elsewhere}-unknown-linux-musl` }),
      EpollUnavailableError,
    );
    assertStringIncludes(message, `/lib/ld-musl-${elsewhere}.so.1`);
    assertStringIncludes(message, "--allow-ffi=");
  },
});

/** What a program prints that opens the library with these flags. */
async function opened(...flags: readonly string[]): Promise<string> {
  const program = `import { openLibc } from "file://${PROJECT}lib/gateway/epoll/libc.ts";
    try { console.log(openLibc().close(-1)); } catch (error) { console.log(error.name, error.message); }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...flags, `data:text/typescript,${encodeURIComponent(program)}`],
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "the permission for the library's path is enough, and without it the error names the flag",
  ...needsEpoll,
  async fn() {
    const all = libcPaths(Deno.build).join(",");
    assertEquals(await opened(`--allow-ffi=${all}`), "-1\n");
    assertEquals(await opened("--allow-ffi"), "-1\n");
    const refused = await opened();
    assertMatch(refused, /^EpollUnavailableError it needs the flag --allow-ffi=\S+ /);
    assertStringIncludes(refused, all);
  },
});

Deno.test({
  name: "errno is that of the call before, whether it was compiled or not",
  ...needsEpoll,
  fn() {
    const libc = realLibc!;
    const byte = new Uint8Array(1);
    const errors = new Set<number>();
    for (let round = 0; round < 20_000; round++) {
      if (libc.recv(-1, byte, 1, 0) === -1) errors.add(libc.errno());
    }
    assertEquals([...errors], [ERRNO.EBADF]);
  },
});

Deno.test({
  name: "freed memory can be given back, or there is nothing to give, and this thread goes on meanwhile",
  ...needsEpoll,
  async fn() {
    await realLibc!.trimApart();
  },
});
