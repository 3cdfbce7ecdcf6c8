/**
 * The options of where and how a server listens: rows of the option table.
 *
 * @module
 */
import type { OptionSpec } from "./option_spec.ts";

/** The rows, by name. */
export const LISTEN_OPTIONS = {
  port: {
    kind: "port",
    group: "Listening",
    default: 4000,
    perRoute: false,
    env: "PORT",
    doc: "TCP port to listen on",
    consequence: "an error at start that names the port",
  },
  hostname: {
    kind: "host",
    group: "Listening",
    default: "0.0.0.0",
    devDefault: "127.0.0.1",
    defaultDoc: "0.0.0.0; with --dev 127.0.0.1",
    perRoute: false,
    flag: "--host",
    env: "HOST",
    doc: "address to listen on; 0.0.0.0 and :: are all of them",
    consequence: "an error at start that names the address",
  },
  transport: {
    kind: "choice",
    group: "Listening",
    choices: ["deno", "epoll"],
    default: "deno",
    perRoute: false,
    doc: "how sockets are read and written: `deno`, or on Linux `epoll` (needs --allow-ffi)",
    consequence: "no epoll to be had: a warning, and `deno`",
  },
  workers: {
    kind: "workers",
    group: "Listening",
    max: 64,
    default: 1,
    perRoute: false,
    doc: "processes that share the port, or `auto`: one for each core (Linux; needs --allow-run)",
    consequence: "an error at start that says what is missing",
  },
  routes: {
    kind: "path",
    group: "Listening",
    default: "routes",
    perRoute: false,
    doc: "folder the route files are in",
    consequence: "an error at start that names the folder",
  },
  logLevel: {
    kind: "choice",
    group: "Listening",
    choices: ["debug", "info", "warn", "error", "silent"],
    default: "info",
    perRoute: false,
    env: "LOG_LEVEL",
    doc: "least severe log line to print: debug, info, warn, error or silent",
    consequence: "–",
  },
} as const satisfies Record<string, OptionSpec>;
