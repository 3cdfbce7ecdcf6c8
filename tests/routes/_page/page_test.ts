/** The page: small, self-contained, and under a policy that allows nothing else. @module */
import { assert, assertEquals, assertFalse, assertLess, assertMatch } from "@std/assert";
import { pageResponse } from "../../../routes/_page/page.ts";
import { SCRIPT_JS } from "../../../routes/_page/script.ts";

const bodyOf = async () => await (await pageResponse("127.0.0.1:4000")).text();
const policyOf = async (host: string) => (await pageResponse(host)).headers.get("content-security-policy") ?? "";

/** What stands between the tags of an element that occurs once. */
function inlineText(html: string, name: string): string {
  const parts = html.split(new RegExp(`</?${name}>`));
  assertEquals(parts.length, 3, `<${name}> occurs once`);
  return parts[1] ?? "";
}

Deno.test("The page is smaller than 40 kB", async () => {
  assertLess(new TextEncoder().encode(await bodyOf()).length, 40_000);
});

Deno.test("The page's policy names the hashes of its style and its script, and no unsafe source", async () => {
  const html = await bodyOf();
  const policy = await policyOf("127.0.0.1:4000");
  for (const [name, directive] of [["style", "style-src"], ["script", "script-src"]] as const) {
    const bytes = new TextEncoder().encode(inlineText(html, name));
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toBase64();
    assert(policy.split("; ").includes(`${directive} 'sha256-${hash}'`), directive);
  }
  assertMatch(policy, /^default-src 'none';/);
  assertFalse(policy.includes("unsafe"));
});

Deno.test("The page's policy names the host for sockets only where it is a plain one", async () => {
  const connect = async (host: string) => (await policyOf(host)).split("; ").find((part) => part.startsWith("connect"));
  assertEquals(await connect("a.example:81"), "connect-src 'self' ws://a.example:81 wss://a.example:81");
  assertEquals(await connect("a;script-src"), "connect-src 'self'");
  assertEquals(await connect("[::1]:4000"), "connect-src 'self'");
});

Deno.test("The page loads nothing from elsewhere and has no inline handlers or styles", async () => {
  const html = await bodyOf();
  const outside = [...html.matchAll(/<[^>]*\b(?:src|href)="(?!data:|\/chat|\/compare|\/health|\/ready)([^"]*)"/g)].map((
    [, url],
  ) => url);
  assertEquals(outside, ["https://www.rfc-editor.org/rfc/rfc6455"]);
  const markup = html.replace(/<(style|script)>[\s\S]*?<\/\1>/g, "");
  assertFalse(/<[^>]*\s(?:on\w+|style)=/.test(markup));
});

Deno.test("The page's script holds every function of browser/, and nothing there needs more than functions", async () => {
  const folder = new URL("../../../routes/_page/browser/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const source = await Deno.readTextFile(new URL(name, folder));
    assertFalse(/^(?:export )?(?:const|let|var|class)\b/m.test(source), `${name} has more than functions at its top`);
    for (const [, called] of source.matchAll(/^(?:export )?(?:async )?function (\w+)/gm)) {
      assertMatch(SCRIPT_JS, new RegExp(`^(?:async )?function ${called}\\(`, "m"), `${called} of ${name} is missing`);
    }
  }
});

Deno.test("The page's script parses as it stands", () => {
  assertEquals(typeof new Function(SCRIPT_JS), "function");
});
