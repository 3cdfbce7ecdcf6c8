/**
 * What a connection whose code runs elsewhere needs: the link to its code, and its runtime. Types only.
 *
 * @module
 */
import type { RequestRecord } from "../../route/table.ts";
import type { AnswerLink } from "./remote_answers.ts";
import type { Calls } from "./calls.ts";
import type { RemotePeer } from "./remote_peer.ts";

/** The link of a peer to its code. */
export interface PeerLink extends AnswerLink {
  readonly calls: Calls;
  /** True when the code, or the way there, is behind with all that it was given. */
  readonly isFull: boolean;
  /** So many bytes were given to the code, or have been handled. */
  count(bytes: number): void;
  /** The peer waits until the link is not full any more. */
  block(peer: RemotePeer): void;
  /** A number for the peer. */
  join(peer: RemotePeer): number;
  leave(number: number): void;
}

/** What a peer needs of its runtime. */
export interface PeerHome {
  /** What the code may know of a request. */
  shown(request: RequestRecord): RequestRecord;
  /** @throws {WireError} when the code has no right to this topic. */
  checkTopic(topic: string): string;
  /** Resolves when a link is there again, or the peer has ended. */
  whenBack(): Promise<void>;
  /** What becomes of a peer whose code has ended: "wait" for new code, or "fail". */
  fateOf(peer: RemotePeer): "wait" | "fail";
  /** The peer has left this runtime. */
  left(peer: RemotePeer): void;
}
