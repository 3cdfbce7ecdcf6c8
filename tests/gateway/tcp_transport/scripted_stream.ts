/**
 * A stream whose every read and write a test settles, and transports over it.
 *
 * @module
 */
import { BufferPool } from "../../../lib/gateway/buffer_pool.ts";
import { type ByteStream, TcpTransport } from "../../../lib/gateway/tcp_transport.ts";
import { Turn } from "../../../lib/gateway/turn.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A stream whose reads and writes are settled by the test. */
export class ScriptedStream implements ByteStream {
  readonly reads: { readonly buffer: Uint8Array; readonly settle: PromiseWithResolvers<number | null> }[] = [];
  readonly writes: { readonly bytes: Uint8Array; readonly settle: PromiseWithResolvers<number> }[] = [];
  isClosed = false;

  read(buffer: Uint8Array): Promise<number | null> {
    const settle = Promise.withResolvers<number | null>();
    this.reads.push({ buffer, settle });
    return settle.promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    const settle = Promise.withResolvers<number>();
    this.writes.push({ bytes, settle });
    return settle.promise;
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
  }

  /** The pending read brings so many bytes, each with this value; what follows from that has happened after. */
  async bring(count: number, value = 0): Promise<void> {
    const { buffer, settle } = this.reads.shift()!;
    buffer.fill(value, 0, count);
    settle.resolve(count);
    await turns();
  }
}

/** Everything that is due has happened: a few turns of microtasks. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** A transport over a scripted stream, busy enough to ask where the next bytes are wanted. */
export async function busy(place: Uint8Array<ArrayBuffer> | undefined) {
  const seen: string[] = [];
  const pool = new BufferPool();
  const stream = new ScriptedStream();
  const transport = new TcpTransport(stream, "192.0.2.1", new Turn(new FakeClock()), pool);
  const lending = { place };
  transport.events = {
    onBytes: (_bytes, start, end) => (seen.push(`bytes ${end - start}`), end),
    lendInput: () => lending.place,
    onInput: (count) => void seen.push(`input ${count}`),
    onEnd: () => void seen.push("end"),
    onWriting() {},
    onWritten() {},
    onClosed: () => void seen.push("closed"),
  };
  transport.start();
  while (stream.reads[0]!.buffer !== place && seen.length < 20) await stream.bring(stream.reads[0]!.buffer.length);
  seen.length = 0;
  return { transport, stream, pool, seen, lending };
}
