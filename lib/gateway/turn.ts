/**
 * One turn of the gateway: everything that arrived is handled, then what was sent is written, once each; where many have
 * something to write, some of them in the next turns.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "./clock.ts";
import { ReadWindow, type WindowMember } from "./read_window.ts";
import type { Tracer } from "./tracing.ts";
import { type WriteMember, WriteWindow } from "./write_window.ts";

/**
 * After so many microtasks a write has settled that the system took at once: then the next read finds its buffer free,
 * and still in the cache (16 KiB echo on 100 connections 0.81 of the CPU, ping-pong no difference).
 */
const MICROTASKS_OF_A_WRITE = 6;

/** A transport as the turn sees it. */
export interface TurnMember extends WindowMember, WriteMember {
  /** Handles what its last read brought. */
  process(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** The turn of one gateway. */
export class Turn {
  readonly #clock: Clock;
  readonly #tracer: Pick<Tracer, "outside"> | undefined;
  readonly #run: () => void;
  readonly #window: ReadWindow;
  readonly #writes = new WriteWindow();
  #ready: TurnMember[] = [];
  /** Empty lists, to be used again. */
  readonly #spares: TurnMember[][] = [];
  /** Turns whose members have not got their next reads yet. */
  #finishing = 0;
  #deferred: TurnMember[] = [];
  /** Calls of {@linkcode later} that are outstanding. */
  #postponed = 0;
  #isScheduled = false;
  /** Some could not write yet: they are next when the system's events have had their turn. */
  #isGoingOn = false;
  #isRunning = false;
  #now: number;

  /** @param tracer where there are spans: a turn, and the reads that it arms, belong to none, whoever has it come. */
  constructor(clock: Clock, tracer?: Pick<Tracer, "outside">) {
    this.#clock = clock;
    this.#tracer = tracer;
    this.#run = tracer === undefined ? this.#serve : () => tracer.outside(this.#serve);
    this.#now = clock.now();
    this.#window = new ReadWindow(clock);
  }

  /** The time: within a turn that of its beginning, which is exact enough for waits, and free. */
  get now(): number {
    return this.#isRunning ? this.#now : this.#clock.now();
  }

  /** True when something waits to be handled or written. */
  get isDue(): boolean {
    return this.#isScheduled || this.#finishing > 0 || this.#isGoingOn || this.#deferred.length + this.#postponed > 0;
  }

  /** A read has completed: the member is handled in this turn. */
  ready(member: TurnMember): void {
    this.#ready.push(member);
    this.#schedule();
  }

  /** The member has more to handle, but others come first: it is handled after what is waiting now. */
  defer(member: TurnMember): void {
    this.#deferred.push(member);
    if (this.#deferred.length === 1) setImmediate(this.#onDeferred);
  }

  /** Calls back when the others, and the system's events, have had their turn. */
  later(goOn: () => void): void {
    this.#postponed++;
    setImmediate(() => {
      this.#postponed--;
      goOn();
    });
  }

  /** The member has something to write, at the end of this turn or when it is its turn to. Once, until it is flushed. */
  touch(member: TurnMember): void {
    this.#writes.add(member);
    if (!this.#isGoingOn) this.#schedule();
  }

  /** The member wants its first read, or the next after a pause. */
  enter(member: TurnMember): void {
    if (this.#tracer === undefined) this.#window.enter(member);
    else this.#tracer.outside(() => this.#window.enter(member));
  }

  /** The member's outstanding read will not count any more. */
  forget(member: TurnMember): void {
    this.#window.forget(member);
  }

  /** Stops the timers. */
  clear(): void {
    this.#window.clear();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#run);
  }

  /** What fails here is a fault of ours, or memory that is not to be had: it ends one connection, and not all of them. */
  #process(member: TurnMember): void {
    try {
      member.process();
    } catch (error) {
      member.destroy();
      reportError(error);
    }
  }

  readonly #onDeferred = (): void => {
    for (const member of this.#deferred) this.#ready.push(member);
    this.#deferred.length = 0;
    this.#schedule();
  };

  readonly #serve = (): void => {
    this.#now = this.#clock.now();
    this.#isRunning = true;
    const served = this.#ready;
    this.#ready = this.#spares.pop() ?? [];
    for (let at = 0; at < served.length; at++) this.#process(served[at]!);
    this.#isScheduled = false;
    if (this.#writes.flush(served.length)) this.#goOn();
    this.#isRunning = false;
    if (served.length > 0) this.#finishLater(served);
    else this.#spares.push(served);
    if (this.#ready.length > 0) this.#schedule();
  };

  /** The next reads, when the writes that the system took at once have settled. */
  #finishLater(served: TurnMember[]): void {
    let left = MICROTASKS_OF_A_WRITE;
    const onMicrotask = (): void => {
      if (--left > 0) return queueMicrotask(onMicrotask);
      this.#finishing--;
      this.#window.finish(served);
      served.length = 0;
      this.#spares.push(served);
    };
    this.#finishing++;
    queueMicrotask(onMicrotask);
  }

  #goOn(): void {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    setImmediate(this.#onGoOn);
  }

  readonly #onGoOn = (): void => {
    this.#isGoingOn = false;
    this.#now = this.#clock.now();
    this.#isRunning = true;
    if (this.#writes.goOn()) this.#goOn();
    this.#isRunning = false;
  };
}
