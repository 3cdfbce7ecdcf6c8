/** A run goes on without those that are missing or fail, and ends every server that it started. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Contest, inOrder } from "./contest.ts";
import { Processes } from "./processes.ts";
import { MissingError, type ServerRow, SERVERS } from "./servers.ts";
import { WORKLOADS } from "./workloads.ts";

const PING = WORKLOADS.find(({ name }) => name === "ping-100")!;

/** A server that is this command. */
function row(name: string, ...command: [string, ...string[]]): ServerRow {
  return {
    name,
    title: name,
    knows: ["bytes", "messages"],
    prepare: () => Promise.resolve({ version: "1", launch: () => ({ command }) }),
  };
}

const ABSENT: ServerRow = {
  ...row("absent", "absent"),
  prepare: () => Promise.reject(new MissingError("there is no absent on this machine")),
};

const BYTE_ECHO = SERVERS.find(({ name }) => name === "byte-echo")!;

async function contestOf(servers: readonly ServerRow[], generator: string) {
  const processes = new Processes();
  const pin = { server: [], load: [], note: "" };
  const contest = new Contest({
    options: { rounds: 2, seconds: 0.1, servers },
    processes,
    pin,
    generator,
    folder: "/nowhere",
  });
  await contest.enter();
  return { contest, [Symbol.asyncDispose]: () => processes.end() };
}

Deno.test("Contest notes what a missing server lacks, and enters the others", async () => {
  await using run = await contestOf([ABSENT, row("there", "there")], "unused");
  assertEquals([...run.contest.missing], [["absent", "there is no absent on this machine"]]);
  assertEquals(run.contest.entrants.map(({ row: { name } }) => name), ["there"]);
});

Deno.test("Contest notes a server that never tells its port, once, and has no summary of it", async () => {
  await using run = await contestOf([row("silent", Deno.execPath(), "eval", "0")], "unused");
  assertEquals(await run.contest.measure(PING), []);
  const [failure, ...others] = run.contest.failures;
  assertEquals([failure?.workload, failure?.server, others], ["ping-100", "silent", []]);
  assertStringIncludes(failure?.reason ?? "", "silent did not tell a port");
});

Deno.test("Contest ends a server with whom the load generator failed, and goes on with the next", async () => {
  await using run = await contestOf([BYTE_ECHO, { ...BYTE_ECHO, name: "another" }], "false");
  assertEquals(await run.contest.measure(PING), []);
  assertEquals(run.contest.failures.map(({ server }) => server), ["byte-echo", "another"]);
  assertEquals(run.contest.pids.length, 2);
  for (const pid of run.contest.pids) {
    assertEquals(await Deno.stat(`/proc/${pid}`).then(() => "runs", () => "ended"), "ended");
  }
});

Deno.test("inOrder puts each server at each place twice in twice as many rounds as there are servers", () => {
  const names = ["a", "b", "c", "d", "e"];
  const places = new Map<string, number>();
  for (let round = 0; round < 2 * names.length; round++) {
    const order = inOrder(names, round);
    assertEquals(order.toSorted(), names);
    for (const [at, name] of order.entries()) places.set(`${name}${at}`, (places.get(`${name}${at}`) ?? 0) + 1);
  }
  assertEquals(places.size, names.length ** 2);
  assertEquals(new Set(places.values()), new Set([2]));
});

Deno.test("inOrder lets nobody be the last in two rounds that follow each other", () => {
  for (const names of [["a", "b", "c"], ["a", "b", "c", "d", "e"]]) {
    const last = Array.from({ length: 12 }, (_, round) => inOrder(names, round).at(-1));
    assertEquals(last.filter((name, round) => name === last[round - 1]), []);
  }
});

Deno.test("inOrder has nothing to order without servers", () => assertEquals(inOrder([], 3), []));

Deno.test("Contest measures nothing with more connections than files may be open", async () => {
  await using run = await contestOf([row("there", "there")], "unused");
  const many = { ...PING, load: { ...PING.load, connections: 1e12 } };
  assertEquals(await run.contest.measure(many), []);
  assertStringIncludes(run.contest.failures[0]?.reason ?? "", 'raise "ulimit -Hn"');
});
