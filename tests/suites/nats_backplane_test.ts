/** The backplane over a real NATS server. @module */
import { NatsBackplane } from "../../lib/backplane/mod.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { jetstreamManager } from "@nats-io/jetstream";
import { NatsConnectionImpl, setTransportFactory } from "@nats-io/nats-core/internal";
import { NatsTransport } from "../../lib/backplane/nats_transport.ts";
import { startNats } from "../support/nats_server.ts";
import { requires } from "../support/requires.ts";
import { backplaneSuite } from "./backplane_suite.ts";

backplaneSuite({
  name: "NatsBackplane",
  definition: requires("nats-server"),
  async meet() {
    const server = await startNats();
    const url = `nats://127.0.0.1:${server.port}`;
    return {
      node: () => new NatsBackplane({ url, clock: systemClock, told() {} }),
      forget: () => deleteStreams(server.port),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
});

/** As an operator would. */
async function deleteStreams(port: number): Promise<void> {
  setTransportFactory({ factory: () => new NatsTransport() });
  const nc = await NatsConnectionImpl.connect({ servers: `127.0.0.1:${port}` });
  const jsm = await jetstreamManager(nc);
  for await (const name of jsm.streams.names()) await jsm.streams.delete(name);
  await nc.close();
}
