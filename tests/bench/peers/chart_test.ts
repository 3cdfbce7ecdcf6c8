/** The chart is well-formed, shows every ratio once, and can be read on light and on dark pages. @module */
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { chart } from "./chart.ts";
import { beside, result } from "./fixture.ts";
import { SERVERS } from "./servers.ts";
import { summarize } from "./summary.ts";
import { WORKLOADS } from "./workloads.ts";

const SUMMARIES = WORKLOADS.flatMap(({ name, load }) =>
  SERVERS.map(({ name: server }, at) =>
    load.mode === "idle"
      ? beside(name, server, { connectionKiB: at + 1, serverUs: 0, p99Us: 0 }, {
        connectionKiB: 2,
        serverUs: 0,
        p99Us: 0,
      })
      : beside(name, server, { serverUs: 10 * 4 ** (at - 2) })
  )
);

/** Checks that every element ends, in order, and that text holds no bare sign of markup. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (
    const [, text = "", closing, name, attributes = "", isEmpty] of svg.matchAll(/([^<]*)<(\/?)(\w+)([^>]*?)(\/?)>/g)
  ) {
    assertEquals(/&(?!(?:amp|lt|gt|quot);)/.exec(text), null, `a bare & in "${text}"`);
    if (closing === "/") {
      assertEquals(open.pop(), name);
    } else {
      assertEquals(attributes.replace(/\s+[\w:-]+="[^"<]*"/g, "").trim(), "", `attributes of <${name}${attributes}>`);
      if (isEmpty !== "/") open.push(name ?? "");
    }
  }
  assertEquals(open, []);
}

Deno.test("chart is one well-formed SVG element", () => {
  const svg = chart(SUMMARIES, WORKLOADS, SERVERS);
  assert(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"'));
  assert(svg.endsWith("</svg>\n"));
  assertWellFormed(svg);
});

Deno.test("chart escapes what is markup in the words it is given", () => {
  const svg = chart(
    [beside("ping-100", "a<b>&c", { serverUs: 20 })],
    [{ name: "ping-100", label: "<1 & more>" }],
    [{ name: "a<b>&c", title: "a<b>&c" }],
  );
  assertWellFormed(svg);
  assertStringIncludes(svg, "&lt;1 &amp; more&gt;");
});

Deno.test("chart has a mark for every ratio that was measured, and a row for everything that is compared", () => {
  const svg = chart(SUMMARIES, WORKLOADS, SERVERS);
  const peers = SERVERS.length - 1;
  // Two more rows: the tail of ping-pong at 500 and at 2,000 connections.
  const rows = WORKLOADS.length + 2;
  assertEquals(svg.match(/<title>/g)?.length, rows * peers);
  for (const { label } of WORKLOADS) assertStringIncludes(svg, `>${label}</text>`);
  for (const { title } of SERVERS) assertStringIncludes(svg, title);
});

Deno.test("chart keeps every mark on the scale, dearer ones further right, ours at 1", () => {
  const svg = chart(
    [beside("ping-100", "ws", { serverUs: 400 }), beside("ping-100", "bun", { serverUs: 0.001 })],
    WORKLOADS,
    SERVERS,
  );
  const place = (title: string) => Number(new RegExp(`<title>${title}.*?translate\\(([\\d.]+)`).exec(svg)?.[1]);
  const ours = Number(/<line class="ours" x1="([\d.]+)"/.exec(svg)?.[1]);
  assertGreaterOrEqual(place("bun"), 286);
  assertLessOrEqual(place("bun"), ours);
  assertLessOrEqual(ours, place("ws"));
  assertLessOrEqual(place("ws"), 848);
});

Deno.test("chart has a colour for each server on light pages, and another on dark ones", () => {
  const [light = "", dark = ""] = chart(SUMMARIES, WORKLOADS, SERVERS).split("@media (prefers-color-scheme:dark)");
  for (let at = 0; at < SERVERS.length - 1; at++) {
    const colourIn = (text: string) => new RegExp(`\\.s${at}\\{fill:(#[0-9a-f]+)\\}`).exec(text)?.[1];
    assert(colourIn(light) !== undefined && colourIn(dark) !== undefined, `server ${at} has no colour`);
    assert(colourIn(light) !== colourIn(dark), `server ${at} has one colour for both`);
  }
});

Deno.test("chart says so when nothing was measured beside ours", () => {
  const svg = chart([summarize("ping-100", "sockeye", [result()], [result()])], WORKLOADS, SERVERS);
  assertWellFormed(svg);
  assertStringIncludes(svg, "Nothing was measured beside Sockeye.");
});
