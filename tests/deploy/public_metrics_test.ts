/** Who may read the metrics on the public port. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openMetricsWarning, publicMetrics, type PublicMetricsParts } from "../../lib/deploy/public_metrics.ts";
import { HttpError, parseRequestHead } from "../../lib/http/mod.ts";

const TOKEN = "0123456789abcdef";

function served(parts: Partial<PublicMetricsParts> = {}) {
  const lines: string[] = [];
  const metrics = publicMetrics({
    token: undefined,
    options: { hostname: "0.0.0.0", socket: "" },
    type: "text/plain",
    text: () => "a 1\n",
    now: () => 0,
    log: { warn: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`) },
    ...parts,
  });
  const check = (fields: Readonly<Record<string, string>> = {}): string => {
    const lineOf = ([name, value]: readonly [string, string]): string => `${name}: ${value}\r\n`;
    const lines = Object.entries({ Host: "example.com", ...fields }).map(lineOf).join("");
    const bytes = new TextEncoder().encode(`GET /metrics HTTP/1.1\r\n${lines}\r\n`);
    const head = parseRequestHead(bytes, 0, bytes.length, { maxHeadBytes: 16_384, maxHeaderFields: 100 });
    try {
      metrics.check(head);
      return "let in";
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return `${error.status} ${error.headers["WWW-Authenticate"] ?? ""} ${error.message}`;
    }
  };
  return { metrics, check, lines };
}

Deno.test("publicMetrics with a token lets in who has it, wherever from; nobody else, and no page", () => {
  const { check } = served({ token: TOKEN, options: { hostname: "127.0.0.1", socket: "" } });
  const authorization = `Bearer ${TOKEN}`;
  assertEquals(check({ authorization }), "let in");
  assertEquals(check({ authorization, "x-forwarded-for": "1.2.3.4" }), "let in");
  assertStringIncludes(check({ authorization, origin: "http://example.com" }), "403  Web pages may not");
  for (const wrong of [`Bearer ${TOKEN}0`, `Basic ${TOKEN}`, "Bearer", `Bearer ${TOKEN.slice(1)}`]) {
    assertStringIncludes(check({ authorization: wrong }), '401 Bearer realm="sockeye" ');
  }
  assertStringIncludes(check(), "a token is needed");
});

Deno.test("publicMetrics without a token lets in who comes straight, and no page", () => {
  const { check } = served();
  assertEquals(check(), "let in");
  assertEquals(check({ authorization: "Bearer whatever" }), "let in");
  assertStringIncludes(check({ origin: "null" }), "403  Web pages may not");
  for (const field of ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"]) {
    assertStringIncludes(check({ [field]: "1.2.3.4" }), "need a token (SOCKEYE_METRICS_TOKEN)");
  }
});

Deno.test("publicMetrics without a token, on loopback, answers to loopback names alone (DNS rebinding)", () => {
  for (const hostname of ["127.0.0.1", "::1", "localhost"]) {
    const { check } = served({ options: { hostname, socket: "" } });
    assertEquals([check({ Host: "localhost:4000" }), check({ Host: "[::1]" })], ["let in", "let in"]);
    assertStringIncludes(check({ Host: "evil.example" }), "403  The metrics answer to loopback names");
  }
  // Whom a Unix socket is open to, the file system says; the name means nothing there.
  assertEquals(served({ options: { hostname: "127.0.0.1", socket: "/run/s.sock" } }).check(), "let in");
});

Deno.test("publicMetrics answers with the text, once a second anew; with 503 and a line in the log where there is none", async () => {
  let [now, count] = [0, 0];
  const { metrics, lines } = served({
    now: () => now,
    text: () => ++count < 3 ? `text ${count}` : Promise.reject(new Error("worker 2: it has ended")),
  });
  const ask = async () => {
    const response = await metrics.answer();
    return [response.status, response.headers.get("cache-control"), await response.text()];
  };
  assertEquals(await ask(), [200, "no-store", "text 1"]);
  assertEquals(await ask(), [200, "no-store", "text 1"]);
  now = 1_000;
  assertEquals(await ask(), [200, "no-store", "text 2"]);
  now = 2_000;
  assertEquals((await ask())[0], 503);
  assertStringIncludes(lines.join(), "worker 2: it has ended");
});

Deno.test("openMetricsWarning: where anybody can connect and no token is asked for", () => {
  const open = { publicMetrics: true, hostname: "0.0.0.0", port: 4000, socket: "" };
  assertStringIncludes(openMetricsWarning(undefined, open) ?? "", "to 0.0.0.0, port 4000: set SOCKEYE_METRICS_TOKEN");
  assertStringIncludes(openMetricsWarning(undefined, { ...open, hostname: "::" }) ?? "", "to ::, port");
  const silent = [
    openMetricsWarning(TOKEN, open),
    openMetricsWarning(undefined, { ...open, publicMetrics: false }),
    openMetricsWarning(undefined, { ...open, hostname: "::1" }),
    openMetricsWarning(undefined, { ...open, socket: "/run/s.sock" }),
  ];
  assertEquals(silent, [undefined, undefined, undefined, undefined]);
});
