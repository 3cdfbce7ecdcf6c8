/** Tracing is on where somebody makes spans, and costs an import only there. @module */
import { assertEquals } from "@std/assert";
import { openTracing } from "../../lib/observe/trace.ts";
import { MemorySpans } from "./support/memory_spans.ts";

Deno.test("openTracing is undefined where nothing is registered that makes spans", async () => {
  assertEquals(await openTracing("1.2.3"), undefined);
});

Deno.test("openTracing finds what is registered by the API package", async () => {
  const spans = new MemorySpans();
  using _registered = spans.register();
  const tracing = await openTracing("1.2.3");
  await tracing!.deployments("n1").operation("reload", () => Promise.resolve());
  assertEquals(spans.all.map(({ name }) => name), ["deployment reload"]);
});

for (
  const [env, isOn] of [
    [{}, false],
    [{ OTEL_DENO: "true" }, true],
    [{ OTEL_DENO: "true", OTEL_SDK_DISABLED: "true" }, false],
  ] as const
) {
  Deno.test(`openTracing in a process with ${JSON.stringify(env)}, ${isOn ? "is on" : "loads nothing"}`, async () => {
    const url = new URL("../../lib/observe/trace.ts", import.meta.url).href;
    const code = `
      const { openTracing } = await import(${JSON.stringify(url)});
      console.log((await openTracing("1")) !== undefined);
    `;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", `--config=${new URL("../../deno.json", import.meta.url).pathname}`, code],
      env: { NO_COLOR: "1", OTEL_DENO: "false", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", ...env },
    }).output();
    assertEquals(new TextDecoder().decode(stdout), `${isOn}\n`, new TextDecoder().decode(stderr));
  });
}
