/** NATS is killed, started again, stopped, and not there. @module */
import { NatsBackplane } from "../../lib/backplane/mod.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { startNats } from "../support/nats_server.ts";
import { requires } from "../support/requires.ts";
import { backplaneOutages } from "./backplane_outages.ts";

backplaneOutages({
  name: "NATS",
  start: () => startNats(),
  node: ({ port }) => new NatsBackplane({ url: `nats://127.0.0.1:${port}`, clock: systemClock, told() {} }),
  definition: requires("nats-server"),
});
