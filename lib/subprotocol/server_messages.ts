/**
 * What the server says in `sockeye.v1`, as texts, and as the beginnings of messages that carry a payload.
 *
 * @module
 */
import type { RefusalCode } from "./server_header.ts";
import type { Member, Position, PresenceEvent, Subscribed } from "./topic_types.ts";

/** Messages of the server, by kind. Those with a payload end with the line feed before it. */
export const SERVER_MESSAGES = {
  hello: (peer: string): string => line("hello", peer),
  pong: (): string => '["pong"]\n',
  ack: (id: number): string => `["ack",${id}]\n`,
  reply: (id: number): string => `["rep",${id}]\n`,
  refusal: (id: number, code: RefusalCode, reason: string): string => line("err", id, code, reason),
  subscribed: (id: number, topic: string, subscribed: Subscribed): string => line("subbed", id, topic, subscribed),
  unsubscribed: (topic: string): string => line("unsubbed", topic),
  publication: (topic: string, offset: number | undefined): string =>
    offset === undefined ? line("pub", topic) : line("pub", topic, offset),
  position: (topic: string, offset: number): string => line("pos", topic, offset),
  reset: (topic: string, position: Position): string => line("reset", topic, position),
  presence: ({ type, topic, member }: PresenceEvent): string => line("presence", type, topic, member.key, member.state),
  members: (id: number, members: readonly Member[]): string =>
    line("members", id, members.map(({ key, state }) => [key, state])),
} as const;

function line(...header: readonly unknown[]): string {
  return `${JSON.stringify(header)}\n`;
}
