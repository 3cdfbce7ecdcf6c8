/**
 * A worker's side of the link to its parent: what it is to serve, whom it tells that it does, and when it is to go.
 *
 * @module
 */
import type { DeployPlace } from "../deploy/mod.ts";
import { messageOf } from "../route/table.ts";
import { decodeValue, type TakeRecord } from "../runtime/mod.ts";
import { enter, readWhole, TICKET_BYTES } from "./handshake.ts";
import { Link, type LinkStream } from "./link.ts";
import type { DeploymentRow } from "./replayed_deployment.ts";
import {
  type AdminAnswer,
  type AdminAsk,
  DOWN,
  type ReloadAsk,
  type UnfitValue,
  UP,
  type WorkerBoot,
  type WorkerReady,
} from "./wire.ts";
import { WorkersBackplane } from "./workers_backplane.ts";

/** How a worker takes over what is in the routes folder, and goes back when another one cannot. */
export interface ReloadActions {
  reload(version: string): Promise<unknown>;
  back(): Promise<unknown>;
}

/** The parent has gone before it said what to do. */
export class ParentGone extends Error {
  override readonly name = "ParentGone";
}

const BY_PARENT = "the parent";

/** One worker's. */
export class Seat {
  readonly boot: WorkerBoot;
  /** The reason to stop of a worker whose parent says so. */
  readonly parent = BY_PARENT;
  readonly backplane: WorkersBackplane;
  /** Where what belongs to all workers is: the parent. */
  readonly place: DeployPlace;
  readonly #link: Link;
  readonly #stopping: Promise<string>;
  #answer: (request: Request) => Promise<Response> = () => Promise.reject(new Error("it takes no admin requests"));
  #metrics: () => string = () => "";
  #reloads: ReloadActions | undefined;

  private constructor(link: Link, backplane: WorkersBackplane, boot: WorkerBoot, stopping: Promise<string>) {
    this.#link = link;
    this.backplane = backplane;
    this.boot = boot;
    this.#stopping = stopping;
    this.place = {
      store: {
        load: () =>
          Promise.resolve({
            deployments: boot.deployments.map((one) => ({ ...one, upload: one.upload })),
            crashed: boot.crashed,
          }),
        begin: async (name) => void await link.call((writer, id) => writer.putValue(UP.BEGIN, 0, id, name)),
        write(deployments) {
          const rows = deployments.map(({ name, state, share, reason, readyAt, activeAt, replacedAt }) =>
            ({ name, state, share, reason, readyAt, activeAt, replacedAt }) satisfies DeploymentRow
          );
          link.writer.putValue(UP.JOURNAL, 0, 0, rows);
          return Promise.resolve();
        },
        endTrial: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
      rehearse: async (code) =>
        void await link.call((writer, id) => writer.put(UP.REHEARSE, 0, id, code, 0, code.length)),
      listen: (answer) => void (this.#answer = answer),
      measure: (own) => {
        this.#metrics = own;
        return async () => await link.call((writer, id) => writer.putEmpty(UP.METRICS, 0, id)) as string;
      },
    };
  }

  /** Finds the parent by what it has written to the standard input. @throws {ParentGone} */
  static async take(): Promise<Seat> {
    const ticket = await readWhole(Deno.stdin, new Uint8Array(TICKET_BYTES));
    if (ticket === undefined) throw new ParentGone("the parent has gone");
    return await Seat.over(await enter(ticket));
  }

  /** The seat at the end of a stream. @throws {ParentGone} */
  static over(stream: LinkStream): Promise<Seat> {
    const { promise, resolve, reject } = Promise.withResolvers<Seat>();
    const stopping = Promise.withResolvers<string>();
    let seat: Seat | undefined;
    const take: TakeRecord = (kind, flags, id, bytes, start, end) => {
      if (kind === DOWN.BOOT) {
        seat = new Seat(link, backplane, decodeValue(bytes, start, end) as WorkerBoot, stopping.promise);
        return resolve(seat);
      }
      if (kind === DOWN.DRAIN) return stopping.resolve(BY_PARENT);
      if (kind < DOWN.MESSAGE && seat !== undefined) return seat.#take(kind, flags, id, bytes, start, end);
      backplane.take(kind, flags, id, bytes, start, end);
    };
    const onClosed = (fault: unknown): void => {
      backplane.ended();
      stopping.resolve(
        fault === undefined ? "the parent is gone" : `the link to the parent broke: ${messageOf(fault)}`,
      );
      reject(new ParentGone("the parent has gone"));
    };
    const link = new Link(stream, { take, onClosed, prepare: () => backplane.prepare() });
    const backplane = new WorkersBackplane(link);
    void link.run();
    return promise;
  }

  /** Resolves with the reason when the worker is to go away in good order: also when the parent is gone. */
  get stopping(): Promise<string> {
    return this.#stopping;
  }

  /** It listens, and answers from now on. */
  ready(ready: WorkerReady, reloads: ReloadActions): void {
    this.#reloads = reloads;
    this.#link.writer.putValue(UP.READY, 0, 0, ready);
  }

  /** It cannot start. Resolves when the parent knows, and has no further use for it. */
  async unfit(unfit: UnfitValue): Promise<void> {
    this.#link.writer.putValue(UP.UNFIT, 0, 0, unfit);
    await this.#link.flushed();
  }

  /** It has gone away in good order. Resolves when the last it said is sent. */
  async leave(): Promise<void> {
    await this.#link.flushed();
  }

  readonly #take: TakeRecord = (kind, _flags, id, bytes, start, end) => {
    if (kind === DOWN.METRICS) return this.#link.settle(id, () => this.#metrics());
    const value = decodeValue(bytes, start, end);
    switch (kind) {
      case DOWN.ASK:
        return this.#link.settle(id, () => this.#answered(value as AdminAsk));
      case DOWN.RELOAD:
        return this.#link.settle(id, () => this.#reloads?.reload((value as ReloadAsk).version));
      case DOWN.RELOAD_BACK:
        return this.#link.settle(id, () => this.#reloads?.back());
    }
  };

  async #answered({ method, url, headers, body }: AdminAsk): Promise<AdminAnswer> {
    const own = headers.map(([name, value]): [string, string] => [name, value]);
    const request = new Request(url, { method, headers: own, ...(body.length === 0 ? {} : { body }) });
    const response = await this.#answer(request);
    return { status: response.status, headers: [...response.headers], body: await response.text() };
  }
}
