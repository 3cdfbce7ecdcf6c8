/**
 * What every runtime must do beside its connections: decide upgrades, answer HTTP, start and stop.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { deliver, GONE, type RuntimeTest } from "./runtime_bench.ts";

export function describeUpgrade(test: RuntimeTest): void {
  for (const when of ["", "&later"]) {
    const suffix = when === "" ? "at once" : "later";

    test(`upgrade accepts ${suffix}, with headers, subprotocol and context`, async (bench) => {
      assertEquals(await bench.upgrade(`answer=nothing${when}`), { accept: true });
      assertEquals(await bench.upgrade(`answer=all${when}`), {
        accept: true,
        headers: [["x-one", "1"]],
        subprotocol: "chat",
        context: { user: "ada" },
      });
      assertEquals(await bench.upgrade(`answer=admits${when}`), {
        accept: true,
        context: "known",
        admission: { expiresInMs: 60_000 },
      });
      assertEquals(await bench.upgrade(`answer=admits-for-good${when}`), { accept: true, admission: {} });
      assertEquals(await bench.upgrade(`answer=cookies${when}`), {
        accept: true,
        headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]],
      });
    });

    test(`upgrade refuses ${suffix} by a Response, returned or thrown`, async (bench) => {
      const refused = await bench.upgrade(`answer=refuse${when}`);
      assert(!refused.accept);
      assertEquals([refused.response.status, await refused.response.text()], [403, "not today"]);
      const thrown = await bench.upgrade(`answer=throw-response${when}`);
      assert(!thrown.accept);
      assertEquals([thrown.response.status, await thrown.response.text()], [401, "who are you?"]);
      assertEquals(bench.lines, []);
    });

    for (const [answer, problem] of BAD_UPGRADES) {
      test(`upgrade that fails ${suffix} (${answer}) is logged, and answered 500`, async (bench) => {
        const decision = await bench.upgrade(`answer=${answer}${when}`);
        assert(!decision.accept);
        assertEquals([decision.response.status, await decision.response.text()], [500, "Internal Server Error\n"]);
        const { error, ...others } = bench.line().fields;
        assertEquals(others, { route: "/gate/[door]", file: "gate/[door].ts", hook: "upgrade" });
        assertInstanceOf(error, Error);
        assertStringIncludes(error.message, problem);
      });
    }
  }

  test("upgrade is given the request and what is known of it", async (bench) => {
    assertEquals(await bench.upgrade("echo"), {
      accept: true,
      context: ["GET", "a=1; b=2", "red", "192.0.2.7", "chat,v2", false, false],
    });
  });

  test("upgrade that notices that the client left is no failure", async (bench) => {
    const leaving = new AbortController();
    const pending = bench.upgrade("leave", leaving.signal);
    leaving.abort();
    assert(!(await pending).accept);
    assertEquals(bench.lines, []);
  });
}

const BAD_UPGRADES: ReadonlyArray<readonly [answer: string, problem: string]> = [
  ["admits-nobody", "an admission that is no object"],
  ["admits-for-no-time", "a number of milliseconds above 0, not 0"],
  ["throw", "upgrade broke"],
  ["not-offered", 'the subprotocol "soap", which the client did not offer (it offered chat, v2)'],
  ["newline", ""],
  ["forbidden", 'the header "sec-websocket-accept", which belongs to the handshake'],
  ["misspelt", 'the unknown key "header"; did you mean "headers"?'],
  ["true", "upgrade returned true"],
  ["context-function", "peer.context must be a structured-cloneable value"],
  ["used-response", "has been read already"],
];

export function describeExchange(test: RuntimeTest): void {
  test("get answers GET and HEAD, and may publish", async (bench) => {
    for (const method of ["GET", "HEAD"]) {
      const response = await bench.exchange("", { method });
      assertEquals(response.status, 200);
      assertEquals(await response.json(), { method, params: {}, remoteAddress: "192.0.2.7" });
    }
    assertEquals(bench.published, [["news", "somebody looked"], ["news", "somebody looked"]]);
  });

  test("post answers POST", async (bench) => {
    const response = await bench.exchange("", { method: "POST", body: "a letter" });
    assertEquals(await response.text(), "posted a letter");
  });

  test("another method is 405 with Allow (RFC 9110 §15.5.6)", async (bench) => {
    const response = await bench.exchange("", { method: "DELETE" });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, POST"]);
    await response.body?.cancel();
  });

  test("a thrown Response is the answer", async (bench) => {
    const response = await bench.exchange("answer=throw-response");
    assertEquals([response.status, await response.text()], [410, "gone"]);
    assertEquals(bench.lines, []);
  });

  for (
    const [answer, problem] of [
      ["throw", "get broke"],
      ["text", "get returned a value of type string; it must return a Response"],
      ["nothing", "get returned nothing"],
      ["error", "a Response with the status 0"],
    ] as const
  ) {
    test(`a get that fails (${answer}) is logged, and answered 500`, async (bench) => {
      const response = await bench.exchange(`answer=${answer}`);
      assertEquals([response.status, await response.text()], [500, "Internal Server Error\n"]);
      const { error, ...others } = bench.line().fields;
      assertEquals(others, { route: "/page", file: "page.ts", hook: "get" });
      assertInstanceOf(error, Error);
      assertStringIncludes(error.message, problem);
    });
  }
}

export function describeStart(test: RuntimeTest): void {
  test("start sees the route's open peers, live, and stop aborts its signal before stop is called", async (bench) => {
    await bench.runtime.start();
    const one = bench.connect("/watch", { id: "one" });
    const two = bench.connect("/watch", { id: "two" });
    const echo = bench.connect("/echo", { id: "elsewhere" });
    await one.events.open();
    await two.events.open();
    await echo.events.open();
    await deliver(one.events, "who?");
    await one.events.close(GONE);
    await Promise.all([one.commands.until(3), two.commands.until(1)]);
    assertEquals(one.commands.calls, [["send", "one,two"], ["send", "from one"], ["send", "two"]]);
    assertEquals(two.commands.calls, [["send", "from one"]]);
    await bench.runtime.stop();
    await bench.runtime.stop();
    assertEquals(bench.published, [["watch", "started 0"], ["watch", "aborted"], ["watch", "stopped"]]);
  });

  test("a stop that fails is logged, and the others are stopped", async (bench) => {
    await bench.runtime.start();
    await bench.runtime.stop();
    const { error, ...others } = bench.line().fields;
    assertEquals(others, { route: "/bad_stop", file: "bad_stop.ts", hook: "stop" });
    assertEquals((error as Error).message, "stop broke");
    assertEquals(bench.published.at(-1), ["watch", "stopped"]);
  });

  test("a start that fails names the file, and those started are stopped", async (bench) => {
    const error = await assertRejects(() => bench.runtime.start(), Error, "b.ts: start failed: no feed");
    assertEquals(error.message, "b.ts: start failed: no feed");
    assertEquals(bench.published, [["start", "a started"], ["start", "a stopped true"]]);
  }, "runtime_start/");
}
