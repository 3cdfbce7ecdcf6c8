/**
 * A real NATS server for a test.
 *
 * @module
 */
import { BrokerProcess } from "./broker_process.ts";
import { findProgram } from "./requires.ts";

/** What may differ. */
export interface NatsSetting {
  /** Default: true. */
  readonly hasJetStream?: boolean;
  readonly user?: string;
  readonly password?: string;
}

/** Starts `nats-server -js` on a free port. */
export function startNats(setting: NatsSetting = {}): Promise<BrokerProcess> {
  const { hasJetStream = true, user, password } = setting;
  return BrokerProcess.start({
    path: findProgram("nats-server") ?? "nats-server",
    args: (port, folder) => [
      ...["-a", "127.0.0.1", "-p", String(port)],
      ...(hasJetStream ? ["-js", "-sd", folder] : []),
      ...(user === undefined ? [] : ["--user", user, "--pass", password ?? ""]),
    ],
    ready: /Server is ready/,
  });
}
