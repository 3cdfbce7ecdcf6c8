/** The systemd unit under a real systemd, booted by systemd-nspawn: confined, reloaded, restarted, stopped. @module */
import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { build } from "../../lib/deploy/build.ts";
import { BootedSystemd } from "../support/booted_systemd.ts";
import { requiresBase } from "../support/debian_base.ts";
import { command, counterRoute, TOKEN, Workshop } from "../support/deploy_server.ts";
import { RawClient } from "../support/raw_client.ts";
import { PROJECT } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const UNIT = "sockeye.service";

function freePorts(): readonly [number, number] {
  using one = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return [one.addr.port, other.addr.port];
}

/** What docs/HOSTING.md has done on a machine, with free ports. */
async function install(machine: BootedSystemd, routes: string, [port, admin]: readonly [number, number]) {
  const { root } = machine;
  await build({ routes, out: `${root}/opt/sockeye` });
  await Deno.copyFile(Deno.execPath(), `${root}/usr/local/bin/deno`);
  await Deno.chmod(`${root}/usr/local/bin/deno`, 0o755);
  await Deno.mkdir(`${root}/etc/sockeye`);
  const env = { SOCKEYE_DEPLOY_TOKEN: TOKEN, SOCKEYE_ADMIN: `127.0.0.1:${admin}`, HOST: "127.0.0.1", PORT: port };
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  await Deno.writeTextFile(`${root}/etc/sockeye/environment`, lines.join(""), { mode: 0o600 });
  await Deno.copyFile(`${PROJECT}deploy/${UNIT}`, `${root}/etc/systemd/system/${UNIT}`);
  const wants = `${root}/etc/systemd/system/multi-user.target.wants`;
  await Deno.mkdir(wants, { recursive: true });
  await Deno.symlink(`../${UNIT}`, `${wants}/${UNIT}`);
}

/** Asks until it is served, for whoever waits for a start. */
async function served(port: number, machine: BootedSystemd): Promise<void> {
  let isReady = false;
  const asking = setInterval(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
    await response?.body?.cancel();
    isReady ||= response?.status === 200;
  }, 100);
  try {
    await until(() => isReady, "the unit does not serve", 120_000);
  } catch (error) {
    throw new Error(await machine.print("systemctl", "status", "--no-pager", "--lines=50", UNIT), { cause: error });
  } finally {
    clearInterval(asking);
  }
}

async function said(port: number): Promise<string> {
  using client = await RawClient.connect({ port, path: "/" });
  await client.sendText("x");
  const answer = await client.next();
  assertEquals(answer.kind, "text");
  return (answer as { readonly text: string }).text;
}

Deno.test({
  name: "systemd runs the unit as nobody with nothing, and it serves, stores, reloads, restarts and ends as it should",
  ...requiresBase("systemd-nspawn"),
  // esbuild's own process outlives the test, and so may a request of the one who asks.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using workshop = await Workshop.open();
    const first = await workshop.routes("first", { "index.ts": counterRoute("first") });
    await using machine = await BootedSystemd.unpack();
    const [port, admin] = freePorts();
    await install(machine, first, [port, admin]);
    await machine.boot();
    await served(port, machine);
    using client = await RawClient.connect({ port, path: "/" });
    const exchange = async () => {
      await client.sendText("x");
      return await client.next();
    };
    assertEquals(await exchange(), { kind: "text", text: "first 1" });

    // Nobody's number, no right, no new one to be had, and a filter of system calls.
    const [pidLine = ""] = await machine.unit(UNIT, "MainPID");
    const process = machine.processOf(Number(pidLine.split("=")[1]));
    const status = await Deno.readTextFile(`${process}/status`);
    assertGreater(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]), 61_000);
    for (const name of ["CapEff", "CapPrm", "CapBnd"]) assertMatch(status, new RegExp(`^${name}:\\s+0+$`, "m"));
    assertMatch(status, /^NoNewPrivs:\s+1$/m);
    assertMatch(status, /^Seccomp:\s+2$/m);
    // Its root is read-only but for what is its own.
    const mounts = await Deno.readTextFile(`${process}/mounts`);
    assertMatch(mounts, /^\S+ \/ \S+ ro[,\s]/m);
    assertMatch(mounts, /^\S+ \/var\/lib\/private\/sockeye \S+ rw[,\s]/m);

    // An upload, which is written down, takes over the open socket.
    const second = await workshop.routes("second", { "index.ts": counterRoute("second") });
    const order = ["--to", `http://127.0.0.1:${admin}`];
    const { code, output } = await command("deploy", [...order, "--routes", second]);
    assertEquals(code, 0, output);
    assertEquals(await exchange(), { kind: "text", text: "second 2" });

    // What is in /opt/sockeye by then takes over at a reload, with the socket open.
    const third = await workshop.routes("third", { "index.ts": counterRoute("third") });
    await build({ routes: third, out: `${machine.root}/opt/sockeye` });
    await machine.print("systemctl", "reload", UNIT);
    let text = "";
    const asked = async () => {
      const answer = await exchange();
      text = answer.kind === "text" ? answer.text : answer.kind;
      return text.startsWith("third");
    };
    while (!await asked()) assertStringIncludes(text, "second");

    // A restart drains, and the unit comes back with what it had.
    const before = await command("deployments", order);
    await machine.print("systemctl", "restart", UNIT);
    const closed = await client.next();
    assertEquals([closed.kind, "code" in closed ? closed.code : undefined], ["close", 1012]);
    await served(port, machine);
    const after = await command("deployments", order);
    assertEquals([after.code, before.code], [0, 0], before.output + after.output);
    assertMatch(await said(port), /^(?:second|third) 1$/);

    // A process that dies is there again; one that is stopped has ended well.
    await machine.print("systemctl", "kill", "--signal=KILL", UNIT);
    const restarts = async () => Number((await machine.unit(UNIT, "NRestarts"))[0]!.split("=")[1]);
    while (await restarts() === 0);
    await served(port, machine);
    await machine.print("systemctl", "stop", UNIT);
    assertEquals(await machine.unit(UNIT, "Result", "ExecMainStatus", "ActiveState"), [
      "ActiveState=inactive",
      "ExecMainStatus=0",
      "Result=success",
    ]);
    const stored = [...Deno.readDirSync(`${machine.root}/var/lib/private/sockeye`)].map(({ name }) => name);
    assert(stored.length > 0);
    const journal = await machine.print("journalctl", "--no-pager", "--unit", UNIT);
    assertEquals(journal.match(/operation not permitted|EPERM|code=dumped/gi), null, journal);
  },
});
