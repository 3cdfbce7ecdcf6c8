/**
 * What is put on every server: one row each.
 *
 * @module
 */
import type { Load } from "../wsload.ts";

/**
 * What a server must know to be measured: `bytes`, one read and one write for each round trip; `messages`, those of
 * WebSocket; `deflate`, permessage-deflate.
 */
export type Need = "bytes" | "messages" | "deflate";

/** One kind of traffic. */
export interface Workload {
  /** For `--only` and for the result. */
  readonly name: string;
  /** For `--only`: several workloads at once. */
  readonly family: string;
  /** For a chart. */
  readonly label: string;
  /** For a person who wants to know exactly. */
  readonly title: string;
  readonly needs: Need;
  /** The route of ours. The programs of the others take `/fan` for a fan-out and everything else for an echo. */
  readonly path: "/echo" | "/view" | "/bytes" | "/fan";
  /** A round takes at least so long: a slow server's answers come in bursts. Such rounds are a third as many. */
  readonly leastSeconds?: number;
  /** As a WebSocket server gets it; a byte echo gets the same without frames. */
  readonly load: Load;
}

/** Connections that are opened and closed at once while handshakes are measured. */
const HANDSHAKE_SLOTS = 64;

const echo = (connections: number, messageBytes: number, depth = 1): Load => ({
  mode: "echo",
  connections,
  messageBytes,
  depth,
  isText: false,
});
const text = (load: Load): Load => ({ ...load, isText: true });
const deflated = (load: Load): Load => ({ ...load, isText: true, isDeflated: true });
const fan = (connections: number, messageBytes: number): Load => ({
  ...echo(connections, messageBytes, 4),
  mode: "fan",
});

const KIB = 1024;
const MIB = 1024 * KIB;

const BATCH = "64 in flight on each of 100 connections";
const RELAY = "4 publications under way";

const ROWS: readonly (Omit<Workload, "family" | "path"> & Partial<Pick<Workload, "path">>)[] = [
  {
    name: "ping-1",
    label: "20 B ping-pong, 1 connection",
    title: "ping-pong of 20 bytes on 1 connection",
    needs: "bytes",
    load: echo(1, 20),
  },
  {
    name: "ping-100",
    label: "20 B ping-pong, 100 connections",
    title: "ping-pong of 20 bytes on 100 connections",
    needs: "bytes",
    load: echo(100, 20),
  },
  {
    name: "ping-500",
    label: "20 B ping-pong, 500 connections",
    title: "ping-pong of 20 bytes on 500 connections",
    needs: "bytes",
    load: echo(500, 20),
  },
  {
    name: "ping-2000",
    label: "20 B ping-pong, 2,000 connections",
    title: "ping-pong of 20 bytes on 2,000 connections",
    needs: "bytes",
    load: echo(2000, 20),
  },
  {
    name: "pipelined-binary",
    label: "64 B pipelined, binary",
    title: `binary messages of 64 bytes, ${BATCH}`,
    needs: "bytes",
    load: echo(100, 64, 64),
  },
  {
    name: "pipelined-text",
    label: "64 B pipelined, text as strings",
    title: `text messages of 64 bytes, handed over as strings, ${BATCH}`,
    needs: "messages",
    load: text(echo(100, 64, 64)),
  },
  {
    name: "16k-binary",
    label: "16 KiB echo",
    title: "ping-pong of 16 KiB on 100 connections",
    needs: "bytes",
    load: echo(100, 16 * KIB),
  },
  {
    name: "16k-text",
    label: "16 KiB echo, text as strings",
    title: "ping-pong of 16 KiB of text, handed over as strings, on 100 connections",
    needs: "messages",
    load: text(echo(100, 16 * KIB)),
  },
  {
    name: "1m-view",
    label: "1 MiB echo through the view",
    title: "ping-pong of 1 MiB on 10 connections, ours through the borrowed view",
    needs: "bytes",
    path: "/view",
    load: echo(10, MIB),
  },
  {
    name: "1m-bytes",
    label: "1 MiB echo through owned bytes",
    title: "ping-pong of 1 MiB on 10 connections, ours through a copy that the route owns",
    needs: "bytes",
    path: "/bytes",
    load: echo(10, MIB),
  },
  {
    name: "1m-text",
    label: "1 MiB echo, text as strings",
    title: "ping-pong of 1 MiB of text, handed over as strings, on 10 connections",
    needs: "messages",
    load: text(echo(10, MIB)),
  },
  {
    name: "fan-500",
    label: "100 B fan-out to 500",
    title: `deliveries of 100 bytes to 500 subscribers, ${RELAY}`,
    needs: "messages",
    path: "/fan",
    load: fan(500, 100),
  },
  {
    name: "fan-2000",
    label: "100 B fan-out to 2,000",
    title: `deliveries of 100 bytes to 2,000 subscribers, ${RELAY}`,
    needs: "messages",
    path: "/fan",
    load: fan(2000, 100),
  },
  {
    name: "handshakes",
    label: "handshake, Close and end",
    title: `connect, 101, Close and end, ${HANDSHAKE_SLOTS} at once`,
    needs: "messages",
    load: { ...echo(HANDSHAKE_SLOTS, 20), mode: "handshakes" },
  },
  {
    name: "idle",
    label: "8,000 silent connections",
    title: "resident memory for each of 8,000 silent connections, server started anew",
    needs: "bytes",
    load: { ...echo(8000, 20), mode: "idle" },
  },
  {
    name: "deflate-echo",
    label: "1 KiB JSON echo, compressed",
    title: "ping-pong of 1 KiB of JSON, compressed both ways without context, on 100 connections",
    needs: "deflate",
    load: deflated(echo(100, KIB)),
  },
  {
    name: "deflate-fan",
    label: "1 KiB JSON to 500, compressed",
    title: `deliveries of 1 KiB of JSON, compressed without context, to 500 subscribers, ${RELAY}`,
    needs: "deflate",
    path: "/fan",
    leastSeconds: 1.5,
    load: deflated(fan(500, KIB)),
  },
];

/** Every workload, in the order of the tables. Its family is the first word of its name. */
export const WORKLOADS: readonly Workload[] = ROWS.map((row) => ({
  path: "/echo",
  ...row,
  family: /^[^-]+/.exec(row.name)?.[0] ?? row.name,
}));
