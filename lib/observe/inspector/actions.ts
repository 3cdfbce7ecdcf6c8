/**
 * What can be done to a connection from the inspector: send as its route would, send what breaks a rule, close.
 *
 * @module
 */
import { isUserCloseCode, MAX_REASON_BYTES, USER_CLOSE_CODES, utf8Bytes } from "../../frame/mod.ts";
import type { Connection } from "../../gateway/mod.ts";
import type { BadFrameName } from "./bad_frame_kinds.ts";
import { BAD_FRAMES, bytesOfHex } from "./bad_frames.ts";

/** It cannot be done now: the message says why. */
export class ActionRefused extends Error {
  override readonly name = "ActionRefused";
}

/** Does something, with what the page asks for. */
export type Action = (connection: Connection, order: Readonly<Record<string, unknown>>) => void;

/** The actions, by their names in paths. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  /** `{ text }`, or `{ hex }`: a message. A client of ours gets it as an application message. */
  send(connection, { text, hex }) {
    const payload = typeof text === "string" ? text : bytesOfHex(textOf(hex, "hex"));
    checkOpen(connection);
    (connection.notices ?? connection).send(payload);
  },

  /** `{ kind }`, or `{ hex }`: bytes as they go over the wire. */
  frame(connection, { kind, hex }) {
    const bad = typeof kind === "string" && Object.hasOwn(BAD_FRAMES, kind)
      ? BAD_FRAMES[kind as BadFrameName]
      : undefined;
    if (kind !== undefined && bad === undefined) {
      throw new TypeError(`there is no such frame; there are: ${Object.keys(BAD_FRAMES).join(", ")}`);
    }
    const bytes = bad ?? bytesOfHex(textOf(hex, "hex"));
    checkOpen(connection);
    const { transport, options } = connection.ends;
    if (transport.output.byteLength > options.maxBufferedBytes) {
      throw new ActionRefused("the peer does not read what it was sent: there is no room for more");
    }
    transport.output.appendBytes(bytes);
    transport.touch();
  },

  /** `{ code, reason }`: the closing handshake. */
  close(connection, { code, reason = "" }) {
    if (typeof code !== "number" || !isUserCloseCode(code)) {
      throw new TypeError(`the close codes are ${USER_CLOSE_CODES}`);
    }
    if (utf8Bytes(textOf(reason, "reason")) > MAX_REASON_BYTES) {
      throw new TypeError(`a close reason is at most ${MAX_REASON_BYTES} bytes of UTF-8`);
    }
    checkOpen(connection);
    connection.close(code, textOf(reason, "reason"));
  },
};

function checkOpen(connection: Connection): void {
  if (!connection.isOpen) throw new ActionRefused("its closing handshake has begun: nothing can be sent any more");
}

function textOf(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${name} must be a text`);
}
