/**
 * What the inspector's server side and its page say to each other. Types only.
 *
 * @module
 */

/** From the peer, or to it. */
export type FrameDirection = "in" | "out";

/** One frame. Bytes are base64, the header hex. */
export interface WireFrame {
  /** Counts the frames of a watch from 1, both directions together. */
  readonly n: number;
  /** When it was complete, in milliseconds since 1970. */
  readonly t: number;
  readonly d: FrameDirection;
  /** The header with the masking key. */
  readonly h: string;
  /** First bytes of the payload, unmasked. */
  readonly p: string;
  /** Bytes of the payload that came, where that is fewer than announced. */
  readonly seen?: number;
  /** Number of its message in its direction; left out for control frames. */
  readonly m?: number;
  /** With the last frame of a message that came in several frames, or compressed. */
  readonly c?: WireContent;
  /** Why payload and content are left out. */
  readonly hidden?: string;
}

/** A message that is put together. */
export interface WireContent {
  readonly opcode: number;
  readonly frames: number;
  /** Before compression; left out where it is not known. */
  readonly bytes?: number;
  /** First bytes. */
  readonly b: string;
  /** What came of inflating it; left out where it was not compressed. */
  readonly inflation?: string;
}

/** A batch of frames. */
export interface WireBatch {
  readonly frames: readonly WireFrame[];
  /** Frames since the batch before that there was no room for. */
  readonly notShown: number;
}

/** One connection in the list. */
export interface WireConnection {
  readonly id: string;
  /** Pattern of its route. */
  readonly route: string;
  /** Path and, redacted, query. */
  readonly target: string;
  readonly address: string;
  readonly transport: string;
  readonly subprotocol: string;
  /** Where its code runs. */
  readonly runtime: string;
  /** Milliseconds since 1970; left out where it was there before the inspector. */
  readonly openedAt?: number;
  /** Unsent bytes. */
  readonly buffered: number;
  /** What crossed its cable since it opened, heads of HTTP included. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly topics: number;
  /** `open`, or what its closing handshake has come to. */
  readonly state: "open" | "closing";
  /** Somebody watches it. */
  readonly isWatched: boolean;
}

/** One route. */
export interface WireRoute {
  readonly pattern: string;
  readonly file: string;
  readonly takes: string;
  readonly peers: number;
}

/** One deployment, as the admin listener tells it. */
export interface WireDeployment {
  readonly name: string;
  readonly state: string;
  readonly share?: number;
  readonly peers: number;
  readonly readyAt: string;
}

/** One topic. */
export interface WireTopic {
  readonly name: string;
  readonly subscribers: number;
}

/** The server at one moment. Lists are the first of what there is. */
export interface WireOverview {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly node: string;
  readonly isDraining: boolean;
  readonly isBrokerAway: boolean;
  readonly memory: { readonly held: number; readonly max: number };
  readonly counts: {
    readonly open: number;
    /** Since the inspector is on. */
    readonly opened: number;
    readonly closed: number;
    readonly publications: number;
    readonly topics: number;
  };
  /** How the connections ended that are gone. */
  readonly closeCodes: ReadonlyArray<readonly [code: number, count: number]>;
  readonly connections: readonly WireConnection[];
  /** How many are like what is searched for. */
  readonly found: number;
  readonly routes: readonly WireRoute[];
  readonly deployments: readonly WireDeployment[];
  readonly topics: readonly WireTopic[];
}

/** A field line. */
export type WireField = readonly [name: string, value: string];

/** The opening handshake, step by step. Of a client that polls there is the request, and no more. */
export interface WireHandshake {
  readonly isUpgrade: boolean;
  readonly requestLine: string;
  readonly request: readonly WireField[];
  readonly key: string;
  readonly guid: string;
  readonly joined: string;
  readonly sha1: string;
  readonly accept: string;
  readonly responseLine: string;
  readonly response: readonly WireField[];
  /** False: made again from the request and the options, without the fields that the route added. */
  readonly isResponseExact: boolean;
}

/** A connection that is watched from now on. */
export interface WireWatched {
  readonly connection: WireConnection;
  readonly handshake: WireHandshake;
  /** The compression that was agreed on; empty where there is none. */
  readonly extensions: string;
  readonly isFromBeginning: boolean;
}

/** What a watch tells, as server-sent events: the name, and the value as JSON. */
export interface WatchStream {
  readonly waiting: { readonly route: string };
  readonly watched: WireWatched;
  readonly frames: WireBatch;
  readonly gone: { readonly code: number; readonly reason: string };
}
