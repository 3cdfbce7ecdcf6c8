import { assertEquals } from "@std/assert";
import { stopAtSignal, stopAtWord, stopSignals } from "../../lib/gateway/stop_signals.ts";

function host() {
  const handlers = new Map<string, () => void>();
  const done: string[] = [];
  return {
    done,
    send: (signal: string) => handlers.get(signal)!(),
    addSignalListener: (signal: string, handler: () => void) => void handlers.set(signal, handler),
    exit: (code: number) => void done.push(`exit ${code}`),
  };
}

Deno.test("stopAtSignal: the first signal stops, the next ends the process with its number", async () => {
  for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
    const here = host();
    const { stopping } = stopAtSignal(() => here.done.push("ended"), here);
    here.send("SIGTERM");
    assertEquals([await stopping, here.done], ["SIGTERM", []]);
    here.send(signal);
    assertEquals(here.done, ["ended", `exit ${code}`]);
  }
});

Deno.test("stopAtSignal: what is asked for counts as a signal", async () => {
  const here = host();
  const { stopping, stop } = stopAtSignal(undefined, here);
  stop("POST /drain");
  stop("again");
  assertEquals(await stopping, "POST /drain");
  here.send("SIGINT");
  assertEquals(here.done, ["exit 130"]);
});

Deno.test("stopAtWord stops when it is told, or by a signal, and never ends the process", async () => {
  const here = host();
  const { promise, resolve } = Promise.withResolvers<string>();
  const { stopping } = stopAtWord(promise, here);
  resolve("the parent");
  assertEquals(await stopping, "the parent");
  for (const signal of stopSignals()) here.send(signal);
  const other = host();
  const signalled = stopAtWord(new Promise(() => {}), other);
  other.send("SIGTERM");
  other.send("SIGTERM");
  assertEquals([await signalled.stopping, other.done], ["SIGTERM", []]);
});

Deno.test("stopSignals are those that the system has", () => {
  assertEquals([stopSignals("linux"), stopSignals("windows")], [["SIGINT", "SIGTERM"], ["SIGINT", "SIGBREAK"]]);
});
