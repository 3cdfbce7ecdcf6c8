/** Whatever happens to its connections, a client gets what was published, exactly once and in order, or is told. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CLIENT_BUNDLE } from "../../lib/client/bundle.ts";
import * as source from "../../lib/client/mod.ts";
import { FakePage } from "../client/fake_network.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ModelServer, type Publication, TOPIC } from "./model_server.ts";

/** One thing that happens. */
type Happening = (world: World) => void;

/** A client, its server, and what is between them. */
class World {
  readonly server = new ModelServer();
  readonly clock = new FakeClock();
  readonly page = new FakePage();
  readonly client: source.SockeyeSocket;
  /** What the application saw: after which offset it was told to begin anew, and the texts it got since. */
  readonly segments: { readonly epoch: string; readonly start: number; readonly texts: string[] }[] = [];
  readonly sent: string[] = [];
  readonly #last: number;
  #subscription: source.Subscription;
  #hasBegun = false;

  constructor({ SockeyeSocket }: typeof source, last: number) {
    this.#last = last;
    this.client = new SockeyeSocket("ws://model", {
      WebSocket: this.server.socketClass(),
      clock: this.clock,
      page: this.page,
      random: () => 0.5,
      transports: ["websocket"],
    });
    this.#subscription = this.#subscribe(undefined);
  }

  #subscribe(since: source.Position | undefined): source.Subscription {
    const subscription = this.client.subscribe(TOPIC, { last: this.#last, since });
    this.#hasBegun = false;
    subscription.addEventListener("subscribed", ({ recovered, position }) => {
      this.#hasBegun = true;
      if (recovered) return;
      const { epoch, from } = position as source.Position & { readonly from: number };
      this.segments.push({ epoch, start: from, texts: [] });
    });
    subscription.addEventListener("message", ({ data }) => {
      assert(this.#hasBegun, "a message before it is subscribed");
      this.segments.at(-1)!.texts.push(data);
    });
    return subscription;
  }

  /** Begins another subscription: where the one before was, or anew. */
  resubscribe(isFromThere: boolean): void {
    const { position } = this.#subscription;
    this.#subscription.unsubscribe();
    this.#subscription = this.#subscribe(isFromThere ? position : undefined);
  }

  send(): void {
    const text = String(this.sent.length);
    this.sent.push(text);
    this.client.send(text);
  }

  /** From here on, nothing goes wrong. */
  heal(): void {
    this.page.turn(false);
    for (let second = 0; second < 40; second++) {
      this.clock.advance(1_000);
      for (let isMoving = true; isMoving;) {
        const { socket } = this.server;
        isMoving = !!socket?.up() || !!socket?.down();
      }
    }
  }

  /** Each segment is what was published after its start, without a gap; the last one up to the end. */
  check(): void {
    for (const segment of this.segments) assertIsRun(this.server.truth.get(segment.epoch)!, segment);
    const { epoch, start, texts } = this.segments.at(-1)!;
    assertEquals(epoch, this.server.position.epoch);
    const wanted = this.server.truth.get(epoch)!.filter(({ offset, owner }) => offset > start && !owner);
    const own = new Set(this.server.truth.get(epoch)!.filter(({ owner }) => owner).map(({ text }) => text));
    assertEquals(texts.filter((text) => !own.has(text)), wanted.map(({ text }) => text));
    // Messages of the application come at most once, in order.
    const numbers = this.server.received.map(Number);
    assertEquals(numbers, [...new Set(numbers)].sort((a, b) => a - b));
  }
}

/** What was got is what was published, one after the other; one's own may be missing. */
function assertIsRun(
  truth: readonly Publication[],
  { start, texts }: { readonly start: number; readonly texts: readonly string[] },
): void {
  const after = truth.filter(({ offset }) => offset > start);
  for (const text of texts) {
    while (after[0]?.owner && after[0].text !== text) after.shift();
    assertEquals(text, after.shift()?.text);
  }
}

const times = (happening: Happening): (count: number) => Happening => (count) => (world) => {
  for (let n = 0; n < count; n++) happening(world);
};
const some = fc.integer({ min: 1, max: 4 });

const HAPPENING: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: some.map((step) => ({ server }: World) => server.publish(step, false)) },
  { weight: 1, arbitrary: some.map((step) => ({ server }: World) => server.publish(step, true)) },
  { weight: 6, arbitrary: some.map(times(({ server }) => server.socket?.up())) },
  { weight: 8, arbitrary: some.map(times(({ server }) => server.socket?.down())) },
  { weight: 3, arbitrary: fc.constant<Happening>(({ server }) => server.socket?.cut()) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 20_000 }).map((ms) => ({ clock }: World) => clock.advance(ms)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 90_000 }).map((ms) => ({ clock }: World) => clock.jump(ms)) },
  { weight: 1, arbitrary: some.map((count) => ({ server }: World) => server.trim(count)) },
  { weight: 1, arbitrary: some.map((count) => ({ server }: World) => server.repeat(count)) },
  { weight: 1, arbitrary: fc.boolean().map((isFromThere) => (world: World) => world.resubscribe(isFromThere)) },
  { weight: 1, arbitrary: some.map((step) => ({ server }: World) => server.lose(step)) },
  { weight: 1, arbitrary: fc.constant<Happening>(({ server }) => server.restart()) },
  { weight: 1, arbitrary: fc.boolean().map((isAway) => ({ page }: World) => page.turn(isAway)) },
  { weight: 2, arbitrary: fc.constant<Happening>((world) => world.send()) },
);

const url = URL.createObjectURL(new Blob([CLIENT_BUNDLE], { type: "text/javascript" }));
const bundled: typeof source = await import(url);
URL.revokeObjectURL(url);

for (const [name, client] of [["lib/client", source], ["the bundle", bundled]] as const) {
  Deno.test(`${name}: every publication exactly once and in order while recovered is true, else it is told`, () => {
    fc.assert(
      fc.property(fc.array(HAPPENING, { maxLength: 80 }), fc.nat({ max: 3 }), (happenings, last) => {
        const world = new World(client, last);
        for (const happening of happenings) happening(world);
        world.heal();
        world.server.publish(1, false);
        world.send();
        world.heal();
        world.check();
        assertEquals(world.server.received.at(-1), world.sent.at(-1));
        world.client.close();
        world.server.socket!.end(1000);
        assertEquals(world.clock.pendingTimers, 0);
      }),
      { numRuns: 2_000 },
    );
  });
}
