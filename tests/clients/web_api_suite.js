/**
 * What any client with the browser's WebSocket API must see of the server. Runs as it is in Deno, in Node and in a
 * page, so it imports nothing and knows no test runner.
 *
 * @module
 */

/** Sizes on both sides of each length form (RFC 6455 §5.2), and large ones. */
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1024 * 1024, 8 * 1024 * 1024];

const BOM_TEXT = "\ufeffa BOM first";

const TEXTS = [
  "naïve café",
  "日本語",
  "😀🏳️‍🌈𝄞",
  "\u0000 and \u007f",
  "\uffff\u{10ffff}",
  "e\u0301 is not é",
];

/** What the Web API prescribes and some client does otherwise. */
const WEB_API = {
  /** The code of a connection that ended without a Close frame. */
  abnormalCode: 1006,
  /** A U+FEFF that begins a text message is part of it. */
  keepsBom: true,
  /** permessage-deflate is offered. */
  offersDeflate: true,
  /** The last code of the registry that is one, below 3000. */
  lastCloseCode: 1014,
  /** A close that comes while a message is on its way to the network is a clean one. */
  isCleanWhileSending: true,
};

/**
 * The cases, by name.
 *
 * @typedef {{ readonly shipped: string, readonly lab: string }} Addresses
 * @param {typeof WebSocket} WebSocket the client's class.
 * @param {Addresses} addresses
 * @param {Partial<typeof WEB_API>} ways where the client departs from the Web API.
 * @returns {Readonly<Record<string, () => Promise<void>>>}
 */
export function webApiCases(WebSocket, { shipped, lab }, ways = {}) {
  const { abnormalCode, keepsBom, offersDeflate, lastCloseCode, isCleanWhileSending } = { ...WEB_API, ...ways };
  const connect = (url, subprotocols) => open(new WebSocket(url, subprotocols));
  return {
    "text messages of every length form come back verbatim": () => echoes(connect, shipped, textOf),
    "binary messages of every length form come back verbatim": () => echoes(connect, shipped, bytesOf),
    "compressed messages come back verbatim, each on its own": () =>
      deflates(connect, `${shipped}/echo`, offersDeflate),
    "compressed messages come back verbatim, with contexts": () => deflates(connect, `${lab}/deflate`, offersDeflate),
    "any Unicode text comes back as it is": () => echoesTexts(connect, shipped, keepsBom),
    "a lone surrogate arrives as U+FFFD": async () => {
      const client = await connect(`${shipped}/echo`);
      client.socket.send("a\ud800b\udfff");
      equal(await client.next(), "a\ufffdb\ufffd");
      await client.end();
    },
    "a view of a larger buffer is sent as the view": async () => {
      const client = await connect(`${shipped}/echo`);
      client.socket.send(new Uint16Array([0x0101, 0x0202, 0x0303]).subarray(1, 2));
      equal([...await client.next()], [2, 2]);
      await client.end();
    },
    "a burst of 1 000 messages comes back in order": async () => {
      const client = await connect(`${shipped}/echo`);
      for (let i = 0; i < 1000; i++) client.socket.send(String(i));
      for (let i = 0; i < 1000; i++) equal(await client.next(), String(i));
      await client.end();
    },
    "50 connections at once each get their own": () => manyAtOnce(connect, shipped),
    "the greeter at / greets and answers": async () => {
      const client = await connect(shipped);
      equal((await client.next()).startsWith("Hello from Sockeye."), true);
      client.socket.send("hé");
      equal(await client.next(), "Got “hé”: 2 characters, 3 bytes in UTF-8.");
      await client.end();
    },
    "/clock pushes, to a client that only answers pings": async () => {
      const client = await connect(`${lab}/clock`);
      const times = [];
      for (let i = 0; i < 4; i++) times.push(Date.parse(JSON.parse(await client.next()).time));
      equal(times.some(Number.isNaN), false);
      equal(times.toSorted((a, b) => a - b), times);
      await client.end();
    },
    "/rooms tells everybody in a room, and nobody in another": () => chats(connect, shipped),
    "/broadcast gives to all others what one sends": () => broadcasts(connect, shipped),
    "a subprotocol is agreed on, or none": async () => {
      for (const [offered, chosen] of [[["other", "chat"], "chat"], ["sockeye.lab", "sockeye.lab"], [[], ""]]) {
        const client = await connect(`${lab}/lab`, offered);
        equal(client.socket.protocol, chosen);
        await client.end();
      }
    },
    "the server sees the client's close code and reason": () => closesFromHere(connect, lab),
    "the client sees the server's close code and reason": () =>
      closesFromThere(connect, lab, { lastCloseCode, isCleanWhileSending }),
    "a connection the server drops is not clean": async () => {
      const client = await connect(`${lab}/lab`);
      client.socket.send("terminate");
      equal(await client.closed, { code: abnormalCode, reason: "", wasClean: false });
    },
    "a handler that throws ends its connection with 1011": async () => {
      const client = await connect(`${lab}/lab`);
      client.socket.send("throw a secret");
      equal(await client.closed, { code: 1011, reason: "internal error", wasClean: true });
    },
    "a message above the limit ends the connection with 1009": async () => {
      const client = await connect(`${lab}/narrow`);
      client.socket.send("x".repeat(1001));
      equal((await client.closed).code, 1009);
    },
    "a ping of the server's changes nothing for the client": async () => {
      const client = await connect(`${lab}/lab`);
      for (const command of ["ping", "ping hello", "ping again", "origin"]) client.socket.send(command);
      equal(typeof await client.next(), "string");
      await client.end();
    },
    "a path without a route does not connect": () => isRefused(new WebSocket(`${shipped}/nowhere`), abnormalCode),
    "a route that refuses does not connect, one that agrees does": async () => {
      await isRefused(new WebSocket(`${lab}/gate`), abnormalCode);
      const client = await connect(`${lab}/gate?token=open&chosen=two`, ["one", "two"]);
      equal([client.socket.protocol, await client.next()], ["two", "in: two"]);
      await client.end();
    },
  };
}

/**
 * Runs all cases and tells how each went, in their order. The one that waits on the clock goes on beside those after it,
 * which leave it time to answer pings.
 */
export async function runWebApiCases(WebSocket, addresses, ways) {
  const outcomes = [];
  for (const entry of Object.entries(webApiCases(WebSocket, addresses, ways))) {
    const outcome = outcomeOf(entry);
    outcomes.push(outcome);
    if (!entry[0].startsWith("/clock")) await outcome;
  }
  return await Promise.all(outcomes);
}

/** Runs one case. */
export async function outcomeOf([name, run]) {
  try {
    await run();
    return { name };
  } catch (error) {
    return { name, problem: `${error}\n${error?.stack}` };
  }
}

/** Resolves when it is open, with its messages in order, one by one. */
async function open(socket) {
  socket.binaryType = "arraybuffer";
  const arrived = [];
  const waiting = [];
  let end;
  const closed = new Promise((resolve) => {
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      end = { code, reason, wasClean };
      resolve(end);
      for (const { reject } of waiting) reject(new Error(`closed with ${code} while a message was awaited`));
    });
  });
  socket.addEventListener("message", ({ data }) => {
    const message = typeof data === "string" ? data : new Uint8Array(data);
    const waiter = waiting.shift();
    if (waiter) waiter.resolve(message);
    else arrived.push(message);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error(`no connection to ${socket.url}`)));
  });
  return {
    socket,
    closed,
    next: () => {
      if (arrived.length > 0) return Promise.resolve(arrived.shift());
      if (end) return Promise.reject(new Error(`closed with ${end.code}`));
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    end: async () => {
      equal(arrived, []);
      socket.close(1000);
      equal(await closed, { code: 1000, reason: "", wasClean: true });
    },
  };
}

async function isRefused(socket, abnormalCode) {
  const words = [];
  socket.addEventListener("open", () => words.push("open"));
  socket.addEventListener("error", () => words.push("error"));
  const { code, wasClean } = await new Promise((resolve) => socket.addEventListener("close", resolve));
  equal([words, code, wasClean], [["error"], abnormalCode, false]);
}

async function echoes(connect, shipped, make) {
  const client = await connect(`${shipped}/echo`);
  for (const size of SIZES) {
    const message = make(size);
    client.socket.send(message);
    const echo = await client.next();
    if (!isSame(echo, message)) throw new Error(`${size} came back as ${typeof echo} of ${echo.length}`);
  }
  await client.end();
}

/** Messages that compress well and badly, mixed, and each twice: a kept context refers to what came before. */
async function deflates(connect, url, offersDeflate) {
  const client = await connect(url);
  equal(/^permessage-deflate/.test(client.socket.extensions), offersDeflate);
  for (const size of [1, 20, 1023, 1024, 5000, 70_000, 8 * 1024 * 1024]) {
    const words = wordsOf(size);
    for (const message of [textOf(size), bytesOf(size), words, words, textOf(size)]) {
      client.socket.send(message);
      const echo = await client.next();
      if (!isSame(echo, message)) throw new Error(`${size} came back as ${typeof echo} of ${echo.length}`);
    }
  }
  await client.end();
}

async function echoesTexts(connect, shipped, keepsBom) {
  const client = await connect(`${shipped}/echo`);
  for (const text of [...TEXTS, ...(keepsBom ? [BOM_TEXT] : []), TEXTS.join("").repeat(5000)]) {
    client.socket.send(text);
    const echo = await client.next();
    if (echo !== text) throw new Error(`${JSON.stringify(text.slice(0, 80))} came back otherwise`);
  }
  await client.end();
}

async function manyAtOnce(connect, shipped) {
  const clients = await Promise.all(Array.from({ length: 50 }, () => connect(`${shipped}/echo`)));
  for (let round = 0; round < 10; round++) clients.forEach(({ socket }, i) => socket.send(`${i}:${round}`));
  for (const [i, client] of clients.entries()) {
    for (let round = 0; round < 10; round++) equal(await client.next(), `${i}:${round}`);
  }
  await Promise.all(clients.map((client) => client.end()));
}

async function chats(connect, shipped) {
  const room = `${shipped}/rooms/${unique()}`;
  const event = async (client) => {
    const { type, from, text, count } = JSON.parse(await client.next());
    return [type, from, text, count];
  };
  const ann = await connect(`${room}?name=Ann`);
  equal(await event(ann), ["join", "Ann", "", 1]);
  const elsewhere = await connect(`${shipped}/rooms/${unique()}?name=Eve`);
  equal(await event(elsewhere), ["join", "Eve", "", 1]);
  const bob = await connect(`${room}?name=B%C3%B6b`);
  for (const client of [ann, bob]) equal(await event(client), ["join", "Böb", "", 2]);
  ann.socket.send("hi 😀");
  for (const client of [ann, bob]) equal(await event(client), ["message", "Ann", "hi 😀", 2]);
  await bob.end();
  equal(await event(ann), ["leave", "Böb", "", 1]);
  await ann.end();
  await elsewhere.end();
}

async function broadcasts(connect, shipped) {
  const clients = await Promise.all([1, 2, 3].map(() => connect(`${shipped}/broadcast`)));
  const [first, second, third] = clients;
  const mine = unique();
  first.socket.send(mine);
  for (const client of [second, third]) equal(await client.next(), mine);
  second.socket.send(bytesOf(3));
  for (const client of [first, third]) equal([...await client.next()], [...bytesOf(3)]);
  await Promise.all(clients.map((client) => client.end()));
}

async function closesFromHere(connect, lab) {
  const watcher = await connect(`${lab}/closes`);
  equal(await watcher.next(), "ready");
  // What the client itself sees is the server's answer, which repeats the code and gives no reason of its own.
  for (const [args, code, reason] of [[[4001, "bye ✓"], 4001, "bye ✓"], [[1000], 1000, ""], [[], 1005, ""]]) {
    const name = unique();
    const client = await connect(`${lab}/lab?name=${name}`);
    client.socket.close(...args);
    equal(await client.closed, { code, reason: "", wasClean: true });
    equal(JSON.parse(await watcher.next()), { name, code, reason, wasClean: true });
  }
  await watcher.end();
}

async function closesFromThere(connect, lab, { lastCloseCode, isCleanWhileSending }) {
  for (const [code, reason] of [[1000, ""], [1001, "going"], [1013, "later"], [3000, "é".repeat(61)], [4999, "x"]]) {
    if (code > lastCloseCode && code < 3000) continue;
    const client = await connect(`${lab}/lab`);
    client.socket.send(`close ${code} ${reason}`);
    // What the server gets after that is nobody's.
    if (isCleanWhileSending) client.socket.send("origin");
    equal(await client.closed, { code, reason, wasClean: true });
  }
}

function textOf(size) {
  return "abcdefghijklmnopqrstuvwxyz 0123456789".repeat(Math.ceil(size / 37)).slice(0, size);
}

/** Text with words that come again, at changing distances. */
function wordsOf(size) {
  let text = "";
  for (let i = 0; text.length < size; i++) text += `${(i * 7919) % 1013} is number ${i}; `;
  return text.slice(0, size);
}

function bytesOf(size) {
  // Not `Uint8Array.from`, which takes seconds for 8 MiB on a busy machine: so long no ping would be answered.
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = i * 7 + (i >> 8);
  return bytes;
}

function isSame(a, b) {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function unique() {
  return `t${crypto.randomUUID().slice(0, 8)}`;
}

/** Of values that JSON can tell apart. */
export function equal(actual, expected) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${a} is not ${b}`);
}
