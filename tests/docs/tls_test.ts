/** What docs/TLS.md says is so: its commands make a certificate that serves, and its lines for proxies work. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import WebSocket from "ws";
import { parseCommandLine, resolveOptions } from "../../lib/gateway/mod.ts";
import { BrokerProcess } from "../support/broker_process.ts";
import { CERT, CERT_FILE, KEY, KEY_FILE } from "../support/certificates.ts";
import { findProgram, requires } from "../support/requires.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";

const PAGE = await Deno.readTextFile(`${PROJECT}docs/TLS.md`);
const BLOCKS = codeBlocks(PAGE);
const COMMANDS = BLOCKS.filter(({ language }) => language === "sh").map(({ code }) => code).join("");

function block(heading: string, language: string): string {
  const found = BLOCKS.find((one) => one.heading === heading && one.language === language);
  assert(found !== undefined, `${heading} has no block of ${language}`);
  return found.code;
}

const ROUTE = `
import { defineRoute } from "sockeye";
export default defineRoute("/who", {
  open(peer) { peer.send(peer.url.href + " " + peer.remoteAddress); },
});
`;

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-docs-tls-" }));
  try {
    await Deno.mkdir(`${folder}/routes`);
    await Deno.writeTextFile(`${folder}/routes/who.ts`, ROUTE);
    await Deno.writeTextFile(`${folder}/both.pem`, CERT + KEY);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The flags of the server that a command of the page has. */
function flagsOf(pattern: RegExp): string[] {
  const [, flags = ""] = pattern.exec(COMMANDS) ?? [];
  assert(flags !== "", String(pattern));
  return flags.trim().split(/\s+/);
}

/** What the route says to whoever comes by this URL. */
async function who(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  // A proxy says that it is ready before it is.
  for (let attempt = 0;; attempt++) {
    const socket = new WebSocket(url, { ca: CERT, headers });
    const heard = await new Promise<unknown>((resolve) => {
      socket.once("message", (text: unknown) => resolve(String(text)));
      socket.once("error", resolve);
    });
    if (typeof heard !== "string" && attempt < 1_000 && String(heard).includes("ECONNREFUSED")) continue;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.close();
    await closed;
    return String(heard);
  }
}

Deno.test({
  name: "docs/TLS.md: the certificate that it makes serves, and curl and connect trust it",
  ...requires("openssl"),
  async fn() {
    await inFolder(async (folder) => {
      const [make = ""] = /^openssl req [\s\S]*?CA:FALSE$/m.exec(COMMANDS) ?? [];
      const made = await new Deno.Command("sh", { args: ["-c", make], cwd: folder, stderr: "null" }).output();
      assert(made.success, make);
      const flags = flagsOf(/^npx -y deno task start (--cert .*)$/m).map((word) =>
        word.replace(/.*\.pem$/, `${folder}/$&`)
      );
      await using server = await startServer({ args: flags, denoFlags: [`--allow-read=.,${folder}`] });
      using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${folder}/cert.pem`)] });
      const response = await fetch(`https://localhost:${server.port}/health`, { client });
      assertEquals(await response.text(), "ok\n");
      const [, flag = ""] = /deno task connect wss:\S+ (--ca) cert\.pem$/m.exec(COMMANDS) ?? [];
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "connect", `wss://127.0.0.1:${server.port}/echo`, flag, `${folder}/cert.pem`],
        cwd: PROJECT,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      assertEquals(code, 0);
    });
  },
});

Deno.test("docs/TLS.md: the flags that it gives are flags", () => {
  const starts = [...COMMANDS.replaceAll("\\\n", " ").matchAll(/(?:deno task start|main\.ts) +(.*)$/gm)];
  assertEquals(starts.length, 4);
  for (const [, flags = ""] of starts) resolveOptions({ flags: parseCommandLine(flags.trim().split(/\s+/)).flags });
});

Deno.test({
  name: "docs/TLS.md: behind nginx as it says, routes see the client, https, and the name that was asked for",
  ...requires("nginx"),
  async fn() {
    await inFolder(async (folder) => {
      const flags = flagsOf(/^npx -y deno task start (--host 127.0.0.1 --trusted-proxies .*)$/m);
      const args = [...flags, "--routes", `${folder}/routes`];
      await using server = await startServer({ args, denoFlags: [`--allow-read=.,${folder}`] });
      const lines = block("nginx", "nginx").replace("/etc/ssl/cert.pem", CERT_FILE)
        .replace("/etc/ssl/key.pem", KEY_FILE).replace("127.0.0.1:4000", `127.0.0.1:${server.port}`);
      await using proxy = await BrokerProcess.start({
        path: findProgram("nginx") ?? "nginx",
        args: (port, own) => {
          const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map((name) => `${name}_temp_path ${own}/${name};`).join(" ");
          const text = `daemon off; master_process off; pid ${own}/pid; error_log stderr notice; events {}
            http { access_log off; ${temporary} ${lines.replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)} }`;
          Deno.writeTextFileSync(`${own}/nginx.conf`, text);
          return ["-c", `${own}/nginx.conf`, "-p", own];
        },
        ready: /using the "\w+" event method/,
      });
      const forged = { "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil.example" };
      const heard = await who(`wss://127.0.0.1:${proxy.port}/who`, forged);
      assertEquals(heard, `https://127.0.0.1:${proxy.port}/who 127.0.0.1`);
    });
  },
});

for (const heading of ["HAProxy", "The PROXY protocol"] as const) {
  Deno.test({
    name: `docs/TLS.md: HAProxy with the lines under ${heading} says who the client is`,
    ...requires("haproxy"),
    async fn() {
      await inFolder(async (folder) => {
        const passesOn = heading === "The PROXY protocol";
        const flags = passesOn
          ? [...flagsOf(/^npx -y deno task start (--proxy-protocol .*)$/m), "--cert", CERT_FILE, "--key", KEY_FILE]
          : flagsOf(/^npx -y deno task start (--host 127.0.0.1 --trusted-proxies .*)$/m);
        const args = [...flags, "--routes", `${folder}/routes`];
        await using server = await startServer({ args, denoFlags: [`--allow-read=.,${folder}`] });
        const lines = block(heading, "haproxy").replace("/etc/ssl/both.pem", `${folder}/both.pem`)
          .replace("127.0.0.1:4000", `127.0.0.1:${server.port}`);
        await using proxy = await BrokerProcess.start({
          path: findProgram("haproxy") ?? "haproxy",
          args: (port, own) => {
            const text = `global\n  log stderr format raw local0\n${
              lines.replace("bind :443", `bind 127.0.0.1:${port}`)
            }`;
            Deno.writeTextFileSync(`${own}/haproxy.cfg`, text);
            return ["-f", `${own}/haproxy.cfg`, "-db", "-V"];
          },
          ready: /Using \w+\(\) as the polling mechanism/,
        });
        const heard = await who(`wss://127.0.0.1:${proxy.port}/who`, { "X-Forwarded-For": "6.6.6.6" });
        assertEquals(heard, `https://127.0.0.1:${proxy.port}/who 127.0.0.1`);
        assertStringIncludes(PAGE, "`timeout tunnel`");
      });
    },
  });
}

Deno.test({
  name: "docs/TLS.md: behind Caddy with each of its configurations, routes see the client and https",
  ...requires("caddy"),
  async fn() {
    const blocks = BLOCKS.filter(({ heading, language }) => heading === "Caddy" && language === "caddyfile");
    assertEquals(blocks.length, 2);
    await inFolder(async (folder) => {
      const flags = flagsOf(/^npx -y deno task start (--host 127.0.0.1 --trusted-proxies .*)$/m);
      const setting = {
        args: [...flags, "--routes", `${folder}/routes`],
        denoFlags: [`--allow-read=.,${folder}`],
      };
      await using one = await startServer(setting);
      await using two = await startServer(setting);
      for (const { code } of blocks) {
        const lines = code.replace("127.0.0.1:4000", `127.0.0.1:${one.port}`)
          .replace("127.0.0.1:4001", `127.0.0.1:${two.port}`);
        await using proxy = await BrokerProcess.start({
          path: findProgram("caddy") ?? "caddy",
          args: (port, own) => {
            const site = `https://127.0.0.1:${port} {\n  bind 127.0.0.1\n  tls ${CERT_FILE} ${KEY_FILE}`;
            const text = `{\n  admin off\n  auto_https disable_redirects\n}\n${lines.replace("example.com {", site)}`;
            Deno.writeTextFileSync(`${own}/Caddyfile`, text);
            return ["run", "--adapter", "caddyfile", "--config", `${own}/Caddyfile`];
          },
          env: (own) => ({ HOME: own, XDG_DATA_HOME: own, XDG_CONFIG_HOME: own }),
          ready: /"serving initial configuration"/,
        });
        const forged = { "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil.example" };
        const heard = await who(`wss://127.0.0.1:${proxy.port}/who`, forged);
        assertEquals(heard, `https://127.0.0.1:${proxy.port}/who 127.0.0.1`);
      }
    });
  },
});
