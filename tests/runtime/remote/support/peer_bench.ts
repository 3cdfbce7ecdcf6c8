/**
 * A peer of remote code, on a link that the test holds in its hands.
 *
 * @module
 */
import { FORM } from "../../../../lib/frame/mod.ts";
import type { RequestRecord } from "../../../../lib/route/table.ts";
import { Calls } from "../../../../lib/runtime/remote/calls.ts";
import { Outbox } from "../../../../lib/runtime/remote/outbox.ts";
import type { PeerLink } from "../../../../lib/runtime/remote/peer_link.ts";
import { RemotePeer } from "../../../../lib/runtime/remote/remote_peer.ts";
import { UP, WireError } from "../../../../lib/runtime/remote/wire.ts";
import { RecordedCommands, type RecordedSetting } from "../../../suites/recorded_commands.ts";
import { recordsOf, type SeenRecord, turns } from "./records.ts";

/** The peer's number on its link. */
export const NUMBER = 7;

/** A text as bytes. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A peer on a link that writes down what it is told. */
export function peerBench(setting: RecordedSetting = {}, isJoined = true) {
  const told: SeenRecord[] = [];
  const commands = new RecordedCommands(setting);
  const events: string[] = [];
  const back = Promise.withResolvers<void>();
  const home = {
    fate: "fail" as "fail" | "wait",
    shown: ({ method, url, headers, remoteAddress }: RequestRecord) => ({ method, url, headers, remoteAddress }),
    checkTopic(topic: string): string {
      if (topic === "forbidden") throw new WireError("a topic that was not granted");
      return topic;
    },
    whenBack: () => back.promise,
    fateOf: () => home.fate,
    left: () => void events.push("left the runtime"),
  };
  const peer = new RemotePeer(commands, 3, home);
  const link = {
    outbox: new Outbox((batch) => void told.push(...recordsOf(batch))),
    calls: new Calls(),
    isFull: false as boolean,
    unsettled: 0,
    waiting: 0,
    wait: (count: number) => void (link.waiting += count),
    count: (bytes: number) => void (link.unsettled += bytes),
    block: () => void events.push("blocked"),
    join: () => NUMBER,
    leave: (number: number) => void events.push(`left the link as ${number}`),
  } satisfies PeerLink & { readonly unsettled: number; readonly waiting: number };
  if (isJoined) peer.join(link);
  /** What the code was told since the last time. */
  const heard = (): SeenRecord[] => {
    link.outbox.flush();
    return told.splice(0);
  };
  const say = (kind: number, payload: Uint8Array = new Uint8Array(0), flags = 0): void => {
    // From the middle of a batch, whose bytes change when the call is through.
    const batch = new Uint8Array(8 + payload.length + 5);
    batch.set(payload, 8);
    try {
      peer.take(kind, flags, batch, 8, 8 + payload.length);
    } finally {
      batch.fill(0xee);
    }
  };
  const settle = (bytes: number): void => say(UP.SETTLED, new Uint8Array(Uint32Array.of(bytes).buffer));
  const send = (text: string, form: number = FORM.TEXT): void | Promise<void> => {
    const bytes = utf8(`<${text}>`);
    return peer.message(form, bytes, 1, bytes.length - 1);
  };
  return { peer, link, home, commands, events, heard, say, settle, send, back: () => back.resolve() };
}

/** Whether it is settled by now. */
export async function isSettled(promise: void | Promise<unknown>): Promise<boolean> {
  let isDone = promise === undefined;
  promise?.then(() => isDone = true);
  await turns(10);
  return isDone;
}
