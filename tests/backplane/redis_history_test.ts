import { Buffer } from "node:buffer";
import { assertEquals, assertRejects } from "@std/assert";
import { encodeEnvelope } from "../../lib/backplane/envelope.ts";
import { RedisHistory } from "../../lib/backplane/redis_history.ts";

const RULE = { limit: 5, ttlMs: 600_000 };
const SPACE = { prefix: "sockeye", database: 0 };
const bytes = encodeEnvelope({ payload: "x", from: "p" });

/** A history whose server answers what the test says. */
async function answered(...answers: unknown[]) {
  const said: string[][] = [];
  const demoted: string[] = [];
  const history = await RedisHistory.open({
    command: (words) => {
      if (words[0] === "SCRIPT") return Promise.resolve("sha");
      said.push(words.map(String));
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    space: SPACE,
    demoted: (reason) => void demoted.push(reason),
  });
  return { history, said, demoted };
}

const buffers = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));

Deno.test("a batch is one command, with one key for each id", async () => {
  const { history, said } = await answered(buffers("7", "8"));
  const batch = [{ id: "n.1", bytes }, { id: "n.2", bytes }];
  assertEquals(await history.store("a b", RULE, batch), [7, 8]);
  const [words] = said;
  assertEquals(words!.slice(0, 9), [
    ...["EVALSHA", "sha", "4", "sockeye:{a=0020b}:log", "sockeye:{a=0020b}:place"],
    ...["sockeye:{a=0020b}:id:n.1", "sockeye:{a=0020b}:id:n.2", "5", "600000"],
  ]);
  assertEquals(words!.slice(10, 13), ["86400000", "sockeye@0:{a=0020b}:live", "120000"]);
});

Deno.test("a long ttl keeps the place for twelve times as long", async () => {
  const { history, said } = await answered(buffers("e", "0", "0"));
  await history.read("a", { limit: 5, ttlMs: 86_400_000 }, {});
  assertEquals(said[0]?.[8], String(12 * 86_400_000));
});

Deno.test("a replay is read into its parts, and asks for no more than is kept", async () => {
  const reply = [...buffers("e1", "9", "1", "8"), Buffer.from(bytes), ...buffers("9", "none of ours")];
  const { history, said } = await answered(reply);
  const replay = await history.read("a", RULE, { since: { epoch: "e1", offset: 7 }, last: 100 });
  assertEquals(replay, {
    isRecovered: true,
    envelopes: [{ payload: "x", from: "p", offset: 8 }],
    position: { epoch: "e1", offset: 9 },
  });
  assertEquals(said[0]?.slice(-3), ["e1", "7", "5"]);
});

Deno.test("a server that has forgotten the scripts is given them again", async () => {
  const { history, said } = await answered(new Error("NOSCRIPT No matching script."), buffers("1"));
  assertEquals(await history.store("a", RULE, [{ id: "n.1", bytes }]), [1]);
  assertEquals(said.map(([word]) => word), ["EVALSHA", "EVAL"]);
});

Deno.test("what is refused is refused for each; what passes is tried again; a replica is left", async () => {
  const { history, demoted } = await answered(
    ...["OOM command not allowed", "LOADING Redis is loading", "READONLY You can't write"].map((text) =>
      new Error(text)
    ),
  );
  const store = () => history.store("a", RULE, [{ id: "n.1", bytes }]);
  assertEquals((await store()).map(String), ["Error: not stored: OOM command not allowed"]);
  assertEquals([await store(), demoted], [[undefined], []]);
  assertEquals([await store(), demoted], [[undefined], ["READONLY You can't write"]]);
});

Deno.test("reading passes errors on", async () => {
  const { history } = await answered(new Error("Socket closed unexpectedly"));
  await assertRejects(() => history.read("a", RULE, {}), Error, "Socket closed");
});
