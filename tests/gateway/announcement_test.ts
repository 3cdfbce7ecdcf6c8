import { assertEquals, assertStringIncludes } from "@std/assert";
import { announcement, hostOf } from "../../lib/gateway/announcement.ts";

const BASE = {
  version: "1.2.3",
  options: { hostname: "0.0.0.0", routes: "routes", cert: "", socket: "" },
  port: 4000,
  transport: "deno",
  routes: "/a  ws  a.ts\n/b  ws  b.ts",
  plugins: [],
  isDev: false,
  workers: 1,
};

Deno.test("announcement says where it listens, what is there, and how it is tried and stopped", () => {
  assertEquals(
    announcement(BASE),
    `sockeye 1.2.3 listens on http://127.0.0.1:4000 (0.0.0.0)

  /a  ws  a.ts
  /b  ws  b.ts

  try it: open http://127.0.0.1:4000/ in a browser
  stop it: press Ctrl+C`,
  );
});

Deno.test("announcement names the transport, the workers, the plug-ins, and what is missing", () => {
  const words = announcement({
    ...BASE,
    transport: "epoll",
    workers: 2,
    routes: "",
    plugins: ["hooks 1.0.0"],
    isDev: true,
  });
  assertStringIncludes(words, "(0.0.0.0) over epoll, 2 workers\n");
  assertStringIncludes(words, "no routes: put a file into routes/ and start again");
  assertStringIncludes(words, "plug-ins, each in a process of its own:\n    hooks 1.0.0\n");
  assertStringIncludes(words, "change it: save a file");
});

Deno.test("announcement gives the addresses of TLS, and of a Unix socket", () => {
  const secure = announcement({ ...BASE, options: { ...BASE.options, cert: "cert.pem" } });
  assertStringIncludes(secure, "listens on https://127.0.0.1:4000 (0.0.0.0)\n");
  assertStringIncludes(secure, "WebSocket is at wss://127.0.0.1:4000/");
  const local = announcement({ ...BASE, port: 0, options: { ...BASE.options, socket: "/run/sockeye.sock" } });
  assertStringIncludes(local, "listens on the Unix socket /run/sockeye.sock\n");
  assertStringIncludes(local, "curl --unix-socket /run/sockeye.sock http://localhost/health");
});

Deno.test("hostOf is how this machine reaches itself", () => {
  assertEquals(hostOf({ hostname: "::", port: 1 }), "127.0.0.1:1");
  assertEquals(hostOf({ hostname: "::1", port: 1 }), "[::1]:1");
  assertEquals(hostOf({ hostname: "example.com", port: 1 }), "example.com:1");
});
