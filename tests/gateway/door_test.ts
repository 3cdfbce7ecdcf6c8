import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { checkPort, openDoor } from "../../lib/gateway/door.ts";
import { GatewayCounts } from "../../lib/gateway/gateway_counts.ts";
import { ListenError } from "../../lib/gateway/listen_error.ts";
import { GATEWAY_DEFAULTS } from "../../lib/gateway/option_table.ts";

const log = { info() {}, warn() {} };

/** A gateway that hangs up on whoever comes. */
function counting() {
  const came: string[] = [];
  let tell = () => {};
  const count = (stream: { close(): void }) => {
    stream.close();
    came.push("one");
    tell();
  };
  return {
    came,
    gateway: { accept: count, enter: count, counts: new GatewayCounts() },
    until: (number: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      tell = () => came.length >= number ? resolve() : undefined;
      tell();
      return promise;
    },
  };
}

const options = { ...GATEWAY_DEFAULTS, hostname: "127.0.0.1", port: 0 };

Deno.test("openDoor accepts on the port that the system chose, where 0 was asked for", async () => {
  const { gateway, came, until } = counting();
  const door = await openDoor({ gateway, options, log });
  const accepting = door.listener.run();
  const client = await Deno.connect({ hostname: "127.0.0.1", port: door.port });
  await until(1);
  client.close();
  door.listener.close();
  await accepting;
  assertEquals([came.length, door.transport], [1, "deno"]);
});

Deno.test("openDoor: a port in use is named, with what to do; checkPort finds it out too", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const { gateway } = counting();
  const open = () => openDoor({ gateway, options: { ...options, port }, log });
  await assertRejects(open, ListenError, `port ${port} is in use`);
  assertThrows(() => checkPort({ hostname: "127.0.0.1", port }), ListenError, "--port");
});

Deno.test({
  name: "openDoor: a shared port is for several, and whoever wants it alone is told that it is in use",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { gateway } = counting();
    const one = await openDoor({ gateway, options, isShared: true, log });
    const other = await openDoor({ gateway, options: { ...options, port: one.port }, isShared: true, log });
    assertEquals(other.port, one.port);
    assertThrows(() => checkPort({ hostname: "127.0.0.1", port: one.port }), ListenError, "is in use");
    for (const door of [one, other]) door.listener.close();
    checkPort({ hostname: "127.0.0.1", port: one.port });
  },
});
