/**
 * The hub of a server: joined to others by the broker that its options name, or by its parent; or by nobody, and then it
 * keeps histories itself.
 *
 * @module
 */
import {
  type Backplane,
  EmbeddedBroker,
  type HistoryStore,
  Hub,
  type HubLimits,
  type NodeClock,
} from "../pubsub/mod.ts";
import {
  type BackplaneOptions,
  chosenBroker,
  chosenHistories,
  type HistoryOptions,
  type HistoryParts,
} from "./chosen.ts";

/** What joins the processes of one server, which know when one of them ends. */
export interface ServerBackplane extends Backplane {
  /** Says what this node is called. @param ended is told what another process was called that has ended. */
  introduce(node: string, ended: (node: string) => void): void;
}

/** What it is made of. */
export interface ServerHubParts extends HistoryParts {
  readonly options: BackplaneOptions & HistoryOptions & HubLimits;
  readonly clock: HistoryParts["clock"] & NodeClock;
  /** What joins it to the other processes of the same server. */
  readonly joined: ServerBackplane | undefined;
}

/** The hub, and what is behind it. */
export class ServerHub {
  readonly hub: Hub;
  readonly #histories: HistoryStore | undefined;

  private constructor(hub: Hub, histories: HistoryStore | undefined) {
    this.hub = hub;
    this.#histories = histories;
  }

  /**
   * Connects it.
   *
   * @throws {RefusedError} {HistoryError}
   */
  static async open({ options, joined, ...parts }: ServerHubParts): Promise<ServerHub> {
    const { clock, log } = parts;
    const others = chosenBroker(options, { clock, told: (message, fields) => log.warn(message, fields) }) ?? joined;
    const histories = others === undefined ? await chosenHistories(options, parts) : undefined;
    const backplane = others ?? new EmbeddedBroker(histories!).node();
    const hub = new Hub({ backplane, limits: options, clock });
    await hub.open();
    // Whatever joins the hubs: a broker does not see that a process has ended.
    joined?.introduce(hub.node, (node) => hub.nodes.ended(node));
    return new ServerHub(hub, histories);
  }

  /** Says goodbye to the others, and keeps what is to be kept. */
  async close(): Promise<void> {
    await this.hub.close();
    await this.#histories?.close();
  }
}
