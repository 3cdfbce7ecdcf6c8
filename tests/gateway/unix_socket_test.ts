import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ListenError } from "../../lib/gateway/listen_error.ts";
import { listenUnix } from "../../lib/gateway/unix_socket.ts";

const ignore = Deno.build.os === "windows";

async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-unix-" });
  try {
    await use(`${folder}/s`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "listenUnix accepts, gives the file its mode, and removes it at the end",
  ignore,
  async fn() {
    await inFolder(async (path) => {
      const listener = await listenUnix({ path, mode: "660" });
      assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o660);
      const [far, near] = await Promise.all([Deno.connect({ transport: "unix", path }), listener.accept()]);
      far.close();
      near.close();
      listener.close();
      assertThrows(() => Deno.statSync(path), Deno.errors.NotFound);
    });
  },
});

Deno.test({
  name: "listenUnix takes over the file that a crashed server left, and no other",
  ignore,
  async fn() {
    await inFolder(async (path) => {
      const crashed = Deno.listen({ transport: "unix", path });
      // A hard link keeps the file, as a crash does.
      await Deno.link(path, `${path}.left`);
      crashed.close();
      await Deno.rename(`${path}.left`, path);
      const listener = await listenUnix({ path, mode: "600" });
      await assertRejects(() => listenUnix({ path, mode: "600" }), ListenError, `--socket ${path} is in use`);
      (await Deno.connect({ transport: "unix", path })).close();
      listener.close();
      await Deno.writeTextFile(path, "mine");
      await assertRejects(() => listenUnix({ path, mode: "600" }), ListenError, "a file that is no socket");
      assertEquals(await Deno.readTextFile(path), "mine");
    });
  },
});

Deno.test({
  name: "listenUnix says what is wrong with the place",
  ignore,
  async fn() {
    const path = "/nowhere/at/all/s";
    await assertRejects(() => listenUnix({ path, mode: "600" }), ListenError, "its folder does not exist");
    await assertRejects(() => listenUnix({ path, mode: "600" }, "windows"), ListenError, "use --host and --port");
  },
});

Deno.test({
  name: "listenUnix names the flags of deno that are missing",
  ignore,
  permissions: { read: false, write: false },
  async fn() {
    const words = "--socket /srv/s needs the flags --allow-read=.,/srv/s --allow-write=/srv/s";
    await assertRejects(() => listenUnix({ path: "/srv/s", mode: "600" }), ListenError, words);
  },
});
