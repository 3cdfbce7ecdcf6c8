/** Does with topics what the message says, and sends what came of it. */
import { defineRoute, type Peer } from "sockeye";

type Call = (...given: readonly unknown[]) => unknown;

/** The method of the peer, or of its presence. */
function methodOf(peer: Pick<Peer, "presence">, name: string): Call {
  const [first, second] = name.split(".");
  const owner = second === undefined ? peer : peer.presence;
  const method = (owner as unknown as Readonly<Record<string, Call>>)[second ?? first!]!;
  return (...given) => method.apply(owner, [...given]);
}

export default defineRoute("/topics", {
  async message(peer, message) {
    const [how, name, ...given] = message.json<[string, string, ...unknown[]]>();
    try {
      const result = methodOf(peer, name)(...given);
      peer.send(`${name}: ${how === "await" ? JSON.stringify(await result) ?? "done" : "called"}`);
    } catch (error) {
      peer.send(`${name}: ${(error as Error).name}: ${(error as Error).message}`);
    }
    if (how === "names") peer.send([...peer.topics].sort().join());
  },
});
