/** Events carry what they say as properties, and a listener that throws stops nobody. @module */
import { assert, assertEquals } from "@std/assert";
import { emit, messageEvent } from "../../lib/client/events.ts";

Deno.test("emit has an event happen, with its properties", () => {
  const target = new EventTarget();
  const seen: unknown[] = [];
  target.addEventListener("away", (event) => seen.push((event as Event & { code: number }).code));
  emit(target, "away", { code: 1006 });
  assertEquals(seen, [1006]);
});

Deno.test("a message is a MessageEvent", () => {
  const target = new EventTarget();
  const seen: Event[] = [];
  target.addEventListener("message", (event) => seen.push(event));
  emit(target, "", { offset: 7 }, messageEvent("hi"));
  const [event] = seen;
  assert(event instanceof MessageEvent);
  assertEquals([event.data, (event as MessageEvent & { offset: number }).offset], ["hi", 7]);
});

Deno.test("what a listener throws is reported, and the others are called all the same", () => {
  const target = new EventTarget();
  const seen: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    seen.push(event.error.message);
  };
  target.addEventListener("open", () => {
    throw new Error("oops");
  });
  target.addEventListener("open", () => seen.push("called"));
  globalThis.addEventListener("error", onError);
  emit(target, "open", {});
  globalThis.removeEventListener("error", onError);
  assertEquals(seen, ["oops", "called"]);
});
