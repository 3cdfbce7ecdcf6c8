/**
 * `/rooms/[room]`: a chat room. Connect with `?name=` to choose a name; send plain text; what comes back is JSON:
 * `{"type":"join"|"message"|"leave","room":…,"from":…,"text":…,"count":…}`, where `count` is how many are in the room.
 * A message that cannot be passed on is answered to its sender alone, with `"type":"error"`.
 *
 * @module
 */
import { defineRoute } from "sockeye";

/** What members of a room are told. */
export interface RoomEvent {
  readonly type: "join" | "message" | "leave" | "error";
  readonly room: string;
  /** Name of the member that came, spoke or went. */
  readonly from: string;
  /** What was said; the empty string for `join` and `leave`; what was wrong for `error`. */
  readonly text: string;
  /** Members in the room, after this event. */
  readonly count: number;
}

const MAX_TEXT_LENGTH = 2_000;
/** Letters and digits of any script; then also dot, dash, underscore and space. */
const ROOM_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._ -]{0,63}$/u;
/** No control characters, and none that turn the direction of the text around them. */
const MEMBER_NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,32}$/u;
const ADJECTIVES = ["amber", "bright", "calm", "eager", "gentle", "lively", "mellow", "quick", "silver", "sunny"];
const ANIMALS = ["badger", "dipper", "heron", "lynx", "marten", "osprey", "otter", "raven", "salmon", "wren"];

/** Members by room; a room is forgotten when its last member leaves. */
const members = new Map<string, number>();

export default defineRoute("/rooms/[room]", {
  options: { maxMessageBytes: 16 * 1024, messageRate: 20 },
  upgrade(request, { params }) {
    if (!ROOM_NAME.test(params.room)) {
      return refusal("A room's name has 1 to 64 letters and digits; dots, dashes, underscores and spaces may follow.");
    }
    const chosen = new URL(request.url).searchParams.get("name")?.trim() ?? "";
    if (chosen !== "" && !MEMBER_NAME.test(chosen)) {
      return refusal("?name= has 1 to 32 characters, none of them a control character.");
    }
    return { context: { name: chosen || friendlyName() } };
  },
  async open(peer) {
    const { room } = peer.params;
    members.set(room, countIn(room) + 1);
    await peer.subscribe(topicOf(room));
    await peer.publish(topicOf(room), eventText("join", room, peer.context.name), { self: true });
  },
  // New code begins to count anew: whoever it takes over is in the room already.
  resume(peer) {
    const { room } = peer.params;
    members.set(room, countIn(room) + 1);
  },
  async message(peer, message) {
    const { room } = peer.params;
    const text = message.isText ? message.text().trim() : "";
    const problem = problemOf(message.isText, text);
    if (problem !== undefined) {
      peer.send(eventText("error", room, peer.context.name, problem));
      return;
    }
    await peer.publish(topicOf(room), eventText("message", room, peer.context.name, text), { self: true });
  },
  async close(peer) {
    const { room } = peer.params;
    const left = countIn(room) - 1;
    if (left > 0) members.set(room, left);
    else members.delete(room);
    await peer.publish(topicOf(room), eventText("leave", room, peer.context.name));
  },
});

function eventText(type: RoomEvent["type"], room: string, from: string, text = ""): string {
  return JSON.stringify({ type, room, from, text, count: countIn(room) } satisfies RoomEvent);
}

function countIn(room: string): number {
  return members.get(room) ?? 0;
}

function topicOf(room: string): string {
  return `room:${room}`;
}

function problemOf(isText: boolean, text: string): string | undefined {
  if (!isText) return "This room takes text messages only.";
  if (text === "") return "The message is empty.";
  if (text.length > MAX_TEXT_LENGTH) {
    return `The message has ${text.length} characters; at most ${MAX_TEXT_LENGTH} are passed on.`;
  }
}

function refusal(problem: string): Response {
  return new Response(`${problem}\n`, { status: 400 });
}

function friendlyName(): string {
  return `${pick(ADJECTIVES)} ${pick(ANIMALS)}`;
}

function pick(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? "guest";
}
