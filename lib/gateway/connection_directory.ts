/**
 * Connections by their ids, wherever they are: on this node, or on another that is asked.
 *
 * @module
 */
import { isUserCloseCode, MAX_REASON_BYTES, type Payload, USER_CLOSE_CODES, utf8Bytes, viewOf } from "../frame/mod.ts";
import type { NodeChannel } from "../pubsub/mod.ts";
import type { Connection } from "./connection.ts";
import type { Traffic } from "./transport.ts";

/** What is told of a connection. */
export interface ConnectionStatus {
  readonly id: string;
  readonly url: string;
  /** Pattern of its route. */
  readonly route: string;
  readonly remoteAddress: string;
  readonly subprotocol: string;
  readonly transport: string;
  /** What crossed its cable. */
  readonly traffic: Traffic;
  readonly topics: readonly string[];
  readonly bufferedAmount: number;
}

/** Finds a connection of this node. */
export type FindConnection = (id: string) => Connection | undefined;

/** How long another node may take. */
const ASK_TIMEOUT_MS = 5000;

/** What is asked of the node that has the connection. Bytes are base64. */
type Question =
  | { readonly what: "status"; readonly id: string }
  | { readonly what: "send"; readonly id: string; readonly text?: string; readonly bytes?: string }
  | { readonly what: "close"; readonly id: string; readonly code: number; readonly reason: string };

/** The directory of all nodes' connections. */
export class ConnectionDirectory {
  readonly #nodes: NodeChannel;
  readonly #find: FindConnection;

  constructor(nodes: NodeChannel, find: FindConnection) {
    this.#nodes = nodes;
    this.#find = find;
    nodes.handle("connection", (question) => this.#answer(question as Question));
  }

  /** What it is like; undefined when there is none of this id. */
  async status(id: string): Promise<ConnectionStatus | undefined> {
    return (await this.#ask({ what: "status", id }) ?? undefined) as ConnectionStatus | undefined;
  }

  /** Sends it a message. @returns false when there is none of this id. */
  async send(id: string, payload: Payload): Promise<boolean> {
    const said = typeof payload === "string" ? { text: payload } : { bytes: viewOf(payload).toBase64() };
    return await this.#ask({ what: "send", id, ...said }) === true;
  }

  /**
   * Starts its closing handshake.
   *
   * @returns false when there is none of this id.
   * @throws {TypeError} for a code or a reason that may not be sent.
   */
  async close(id: string, code: number, reason: string): Promise<boolean> {
    if (!isUserCloseCode(code)) throw new TypeError(`the close codes are ${USER_CLOSE_CODES}, not ${code}`);
    if (utf8Bytes(reason) > MAX_REASON_BYTES) {
      throw new TypeError(`a close reason is at most ${MAX_REASON_BYTES} bytes of UTF-8, not ${utf8Bytes(reason)}`);
    }
    return await this.#ask({ what: "close", id, code, reason }) === true;
  }

  /** @throws {Error} when the node that has it does not answer. */
  #ask(question: Question): unknown {
    const node = question.id.slice(0, question.id.indexOf("-"));
    if (node === this.#nodes.node) return this.#answer(question);
    if (!this.#nodes.others.includes(node)) return undefined;
    return this.#nodes.ask(node, "connection", question, ASK_TIMEOUT_MS);
  }

  #answer(question: Question): unknown {
    const connection = this.#find(question.id);
    if (connection === undefined) return undefined;
    if (question.what === "status") return statusOf(connection);
    if (question.what === "close") connection.close(question.code, question.reason);
    else sendTo(connection, question.text ?? Uint8Array.fromBase64(question.bytes ?? ""));
    return true;
  }
}

/** As its own code would: a client of ours gets it as an application message. */
function sendTo(connection: Connection, payload: Payload): void {
  (connection.notices ?? connection).send(payload);
}

function statusOf(
  { id, request, entry, subprotocol, transport, ends, topics, bufferedAmount }: Connection,
): ConnectionStatus {
  return {
    id,
    url: request.url,
    route: entry.descriptor.pattern,
    remoteAddress: request.remoteAddress,
    subprotocol,
    transport,
    traffic: ends.transport.traffic,
    topics: [...topics.names],
    bufferedAmount,
  };
}
