import { assertEquals, assertStringIncludes } from "@std/assert";
import { type AnswerParts, writeAnswer } from "../../lib/gateway/answer.ts";
import { FieldLines, type RequestHead } from "../../lib/http/mod.ts";

interface Bench extends AnswerParts {
  readonly written: () => string;
  readonly failures: unknown[];
  readonly destroyed: () => boolean;
  readonly leave: () => void;
}

function bench(isLast = false): Bench {
  const leaving = new AbortController();
  const failures: unknown[] = [];
  let written = "";
  let isDestroyed = false;
  return {
    host: { date: "Sun, 29 Nov 2026 00:00:00 GMT", failed: (error) => void failures.push(error) },
    head: { method: "GET", version: "1.1", fields: new FieldLines([]) } as unknown as RequestHead,
    remoteAddress: "192.0.2.1",
    isLast,
    signal: leaving.signal,
    write: (bytes) => void (written += new TextDecoder().decode(bytes)),
    drained: () => leaving.signal.aborted ? Promise.reject(leaving.signal.reason) : Promise.resolve(),
    destroy: () => void (isDestroyed = true),
    written: () => written,
    failures,
    destroyed: () => isDestroyed,
    leave: () => leaving.abort(),
  };
}

Deno.test("writeAnswer writes it, and says whether another request may follow", async () => {
  const [next, last] = [bench(), bench(true)];
  assertEquals(await writeAnswer(new Response("hello"), next), true);
  assertEquals(await writeAnswer(new Response("hello"), last), false);
  assertStringIncludes(next.written(), "Connection: keep-alive\r\n\r\nhello");
  assertStringIncludes(last.written(), "Connection: close\r\n\r\nhello");
});

Deno.test("writeAnswer makes a 500 of what cannot be sent, and tells of it", async () => {
  const own = bench();
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) });
  assertEquals(await writeAnswer(new Response(broken), own), true);
  assertStringIncludes(own.written(), "HTTP/1.1 500 Internal Server Error");
  assertEquals([own.failures.map(String), own.destroyed()], [["Error: broken"], false]);
});

Deno.test("writeAnswer cuts off what breaks on its way", async () => {
  const own = bench();
  const parts = [new TextEncoder().encode("part"), new TextEncoder().encode("of it")];
  const broken = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = parts.shift();
      // What follows the first is not there at once: the head is written before it is known.
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (part === undefined) controller.error(new Error("broken"));
      else controller.enqueue(part);
    },
  });
  assertEquals(await writeAnswer(new Response(broken), own), false);
  assertEquals([own.failures.length, own.destroyed()], [1, true]);
});

Deno.test("writeAnswer says nothing to nobody", async () => {
  const own = bench();
  own.leave();
  assertEquals(await writeAnswer(new Response("late"), own), false);
  assertEquals([own.failures.length, own.destroyed()], [0, false]);
});
