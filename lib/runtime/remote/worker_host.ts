/**
 * What runs in a Worker: a host, its channel the worker's messages.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { loadRoutes } from "../loader.ts";
import { loadModule } from "./hosted_code.ts";
import { keepRunning } from "../stray_errors.ts";
import { RuntimeHost } from "./host.ts";
import { walkRecords } from "./record_reader.ts";
import { MAX_RECORD_BYTES } from "./wire.ts";

const host = new RuntimeHost({
  send: (batch) => self.postMessage(batch, [batch.buffer]),
  async load({ code }) {
    if (code.kind === "module") return await loadModule(code.source, code.files);
    return { routes: await loadRoutes(new URL(code.folder), code.version, code.files) };
  },
  // Of the whole process: a thread has none of its own.
  memoryBytes: () => 0,
  // Each batch has a buffer of its own.
  retain() {},
});
keepRunning(host.log);

// Nobody else tells the gateway that the code has ended its own thread.
const tellEnd = (): void => self.postMessage("it ended its thread");
const { close } = self;
self.addEventListener("unload", tellEnd);
self.close = () => {
  tellEnd();
  close.call(self);
};

self.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => {
  walkRecords(data, data.length, MAX_RECORD_BYTES, host.take);
  host.outbox.flush();
};
