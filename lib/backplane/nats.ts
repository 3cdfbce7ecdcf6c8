/**
 * The backplane over NATS.
 *
 * @module
 */
import type { Broker } from "./broker.ts";
import { type BackplaneParts, BrokerBackplane } from "./broker_backplane.ts";
import { parseBrokerUrl, type UrlRules } from "./broker_url.ts";
import { loaded, RefusedError } from "./refused_error.ts";

/** What a NATS backplane needs. */
export interface NatsOptions extends BackplaneParts {
  /** `nats://user:password@host:port`, or `tls://…`; several servers of one cluster are separated by commas. */
  readonly url: string;
  /** First word of all subjects and streams: two servers that share a NATS, and nothing else, have two. */
  readonly prefix?: string;
}

/**
 * Topics without history over NATS itself, histories in JetStream. docs/BACKPLANES.md says what that keeps.
 *
 * @example
 * ```ts ignore
 * const backplane = new NatsBackplane({ url: "nats://127.0.0.1:4222", clock: systemClock, told: console.warn });
 * await backplane.open({ onMessage() {}, onReset() {}, onState() {} });
 * ```
 */
export class NatsBackplane extends BrokerBackplane {
  /** @throws {Error} when the address is none. */
  constructor(options: NatsOptions) {
    super(natsBroker(options), options);
  }
}

/** What `NATS_URL` may look like. */
export const NATS_URL_RULES: UrlRules = {
  option: "NATS_URL",
  schemes: { nats: false, tls: true },
  port: 4222,
  example: "nats://127.0.0.1:4222",
};

function natsBroker({ url: text, prefix = "sockeye", clock }: NatsOptions): Broker {
  if (!/^[A-Za-z0-9_-]+$/.test(prefix)) throw new RefusedError(`a prefix is letters, digits, - and _; got ${prefix}`);
  const url = parseBrokerUrl(text, NATS_URL_RULES);
  return {
    name: "nats",
    where: url.where,
    async connect(events) {
      // Loaded here: a server without NATS never loads its client.
      const { connectNats } = await loaded(import("./nats_session.ts"), "NATS_URL");
      return await connectNats({ url, prefix, clock, events });
    },
  };
}
