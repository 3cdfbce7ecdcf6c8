/** The WebSocket of Firefox and of WebKit, and our client in them, against the server. @module */
import { requires } from "../support/requires.ts";
import { launchFirefox, launchWebKit } from "./browsers.ts";
import { type Outcome, showOutcomes } from "./reported.ts";
import { type Addresses, startServers } from "./servers.ts";

/** What the page may ask for, by path. */
const MODULES = {
  "/web_api_suite.js": new URL("web_api_suite.js", import.meta.url),
  "/client_suite.js": new URL("client_suite.js", import.meta.url),
} as const;

/** So long the page may take for all of it. */
const DEADLINE_MS = 120_000;

/** @param ways where the browser departs from the Web API: see the suite. */
const pageOf = ({ shipped, lab }: Addresses, ways: object): string =>
  `<!doctype html><title>cases</title><script type="module">
  const report = (outcomes) => fetch("/outcomes", { method: "POST", body: JSON.stringify(outcomes) });
  try {
    const { runWebApiCases } = await import("/web_api_suite.js");
    const { runClientCases } = await import("/client_suite.js");
    const { SockeyeSocket } = await import("${lab.replace("ws", "http")}/_sockeye/client.js");
    await report([
      ...await runWebApiCases(WebSocket, { shipped: "${shipped}", lab: "${lab}" }, ${JSON.stringify(ways)}),
      ...await runClientCases(SockeyeSocket, "${lab}/topic"),
    ]);
  } catch (error) {
    await report([{ name: "the page", problem: String(error) }]);
  }
</script>`;

/** The page's own server, which is another origin than those of the sockets. */
function servePage(page: string) {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Outcome[]>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname === "/outcomes") {
      resolve(await request.json());
      return new Response();
    }
    const module = MODULES[pathname as keyof typeof MODULES];
    if (module !== undefined) {
      return new Response(await Deno.readTextFile(module), { headers: { "content-type": "text/javascript" } });
    }
    if (pathname !== "/") return new Response(null, { status: 404 });
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  });
  // deadline: a page that never reports is told of, and the browser ends
  const deadline = setTimeout(() => reject(new Error("the page has reported nothing")), DEADLINE_MS);
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    outcomes: promise.finally(() => clearTimeout(deadline)),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function runCases(
  test: Deno.TestContext,
  launch: (url: string) => Promise<AsyncDisposable>,
  ways: object,
): Promise<void> {
  await using servers = await startServers(["--allowed-origins", "*"]);
  await using host = servePage(pageOf(servers.addresses, ways));
  await using _browser = await launch(host.url);
  await showOutcomes(test, await host.outcomes);
}

Deno.test({
  name: "Firefox's WebSocket, and our client in it, talk to the server",
  ...requires("firefox"),
  fn: (test) => runCases(test, launchFirefox, {}),
});

Deno.test({
  name: "WebKit's WebSocket, and our client in it, talk to the server",
  ignore: requires("webkit").ignore || requires("Xvfb").ignore,
  // libsoup 3.2, which does it for WebKit on GNOME, takes codes above 1011 for an error; and WebKit takes a close for clean
  // when its network process has told that all is sent.
  fn: (test) => runCases(test, launchWebKit, { lastCloseCode: 1011, isCleanWhileSending: false }),
});
