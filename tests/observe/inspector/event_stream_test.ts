import { assertEquals } from "@std/assert";
import { type EventSink, eventStream, type EventTeller } from "../../../lib/observe/inspector/event_stream.ts";
import { FakeClock } from "../../support/fake_clock.ts";

function open(beat: (sink: EventSink) => void = () => {}) {
  const clock = new FakeClock();
  const seen = { ends: 0, isOver: false };
  const teller: EventTeller = {
    begin(sink) {
      sink.send("hello", { a: 1 });
      return () => void seen.ends++;
    },
    beat,
    get isOver() {
      return seen.isOver;
    },
  };
  const response = eventStream(teller, 50, clock);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return { clock, seen, response, reader };
}

Deno.test("eventStream is made of server-sent events, the first at once and others with each beat", async () => {
  let count = 0;
  const { clock, reader, response, seen } = open((sink) => sink.send("beat", ++count));
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  assertEquals((await reader.read()).value, "retry: 1000\n\n");
  assertEquals((await reader.read()).value, 'event: hello\ndata: {"a":1}\n\n');
  clock.advance(49);
  assertEquals(count, 0);
  clock.advance(1);
  assertEquals((await reader.read()).value, "event: beat\ndata: 1\n\n");
  await reader.cancel();
  assertEquals(seen.ends, 1);
  clock.advance(1000);
  assertEquals(count, 1, "nothing beats after the end");
});

Deno.test("eventStream ends with whoever tells the events, who hears of it once", async () => {
  const { clock, reader, seen } = open();
  seen.isOver = true;
  clock.advance(50);
  const events: string[] = [];
  for (let reading = await reader.read(); !reading.done; reading = await reader.read()) events.push(reading.value);
  assertEquals([events.length, seen.ends], [2, 1]);
});

Deno.test("eventStream says that its reader is behind, and that it has caught up", async () => {
  const behind: boolean[] = [];
  const { clock, reader } = open((sink) => {
    behind.push(sink.isBehind);
    if (behind.length === 1) sink.send("long", "x".repeat(2_000_000));
  });
  clock.advance(50);
  clock.advance(50);
  assertEquals(behind, [false, true]);
  for (let length = 0; length < 2_000_000;) length += (await reader.read()).value!.length;
  clock.advance(50);
  assertEquals(behind.at(-1), false);
  await reader.cancel();
});

Deno.test("eventStream breaks a long silence, so that a page that is gone is noticed", async () => {
  const { clock, reader } = open();
  await reader.read();
  await reader.read();
  clock.advance(14_950);
  const next = reader.read();
  clock.advance(50);
  assertEquals((await next).value, ": still here\n\n");
  await reader.cancel();
});
