/** The span of what is done to a deployment has its steps below it, and runs none of their code within. @module */
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { DeploySpans } from "../../lib/observe/deploy_spans.ts";
import { MemorySpans } from "./support/memory_spans.ts";

class SwapError extends Error {
  override readonly name = "SwapError";
}

function open() {
  const spans = new MemorySpans();
  const registered = spans.register();
  const tracer = new DeploySpans(spans.tracer, { "sockeye.node": "n1" });
  return { spans, tracer, [Symbol.dispose]: () => registered[Symbol.dispose]() };
}

Deno.test("DeploySpans: an operation is a span with what is noted, and its steps are the spans below", async () => {
  using here = open();
  const { spans, tracer } = here;
  const answer = await tracer.operation("activate", async () => {
    tracer.note({ deployment: "abc", share: 0.1 });
    const within = trace.getActiveSpan();
    const without = await tracer.step("swap", async () => {
      await Promise.resolve();
      return trace.getActiveSpan();
    });
    assertStrictEquals(within, spans.all[0]);
    assertEquals(without, undefined);
    tracer.note({ deployment: "abc", state: "canary", moved: 2, dismissed: 0, lost: 1 });
    return 7;
  });
  assertEquals(answer, 7);
  const [operation, step] = spans.all;
  assertEquals(spans.all.map(({ name, ends }) => [name, ends]), [["deployment activate", 1], ["deployment swap", 1]]);
  assertEquals(step!.parent, operation!.spanContext().spanId);
  assertEquals([operation!.status, step!.status], [undefined, undefined]);
  assertEquals(operation!.attributes, {
    "sockeye.node": "n1",
    "sockeye.deployment": "abc",
    "sockeye.deployment.share": 0.1,
    "sockeye.deployment.state": "canary",
    "sockeye.peers.moved": 2,
    "sockeye.peers.dismissed": 0,
    "sockeye.peers.lost": 1,
  });
});

Deno.test("DeploySpans: what is refused ends the step and the operation, with the reason; the cause says of what kind", async () => {
  using here = open();
  const { spans, tracer } = here;
  const operation = tracer.operation("rollback", async () => {
    try {
      await tracer.step("swap", () => Promise.reject(new SwapError("a peer failed")));
    } catch (cause) {
      throw new Error("the server said: a peer failed", { cause });
    }
  });
  await assertRejects(() => operation, Error, "the server said");
  assertEquals(spans.all.map(({ ends, status, attributes }) => [ends, status, attributes["error.type"]]), [
    [1, { code: SpanStatusCode.ERROR, message: "the server said: a peer failed" }, "SwapError"],
    [1, { code: SpanStatusCode.ERROR, message: "a peer failed" }, "SwapError"],
  ]);
});

Deno.test("DeploySpans: what is no error is a failure all the same, and a note outside of operations is nobody's", async () => {
  using here = open();
  here.tracer.note({ deployment: "abc" });
  await here.tracer.operation("reload", () => Promise.reject("broken")).catch(() => {});
  assertEquals(here.spans.all[0]!.attributes, { "sockeye.node": "n1", "error.type": "_OTHER" });
});
