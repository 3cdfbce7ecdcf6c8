/**
 * One life of a worker, from its start to its end.
 *
 * @module
 */
import type { Clock } from "../gateway/mod.ts";
import type { Log } from "../observe/mod.ts";
import { decodeValue, type TakeRecord } from "../runtime/mod.ts";
import { type BackplaneHost, type BackplaneNode, MAX_UNSENT_BYTES } from "./backplane_host.ts";
import { Link } from "./link.ts";
import type { DeploymentRow } from "./replayed_deployment.ts";
import { DOWN, type UnfitValue, UP, type WorkerBoot, type WorkerReady } from "./wire.ts";
import type { StartedWorker } from "./worker_process.ts";

/** What a worker may ask of its parent, beside the backplane. */
export interface ParentServices {
  /** Tries code where nothing depends on it. Rejects when it cannot be loaded. */
  rehearse(code: Uint8Array<ArrayBuffer>): Promise<void>;
  /** A stored deployment is about to serve, after a start. */
  begin(name: string): Promise<void>;
  /** The metrics of all workers. */
  metrics(): Promise<string>;
}

/** What a life is made of. */
export interface WorkerLifeParts {
  readonly number: number;
  readonly started: StartedWorker;
  readonly host: Pick<BackplaneHost, "attach" | "detach" | "mend">;
  readonly services: ParentServices;
  readonly clock: Pick<Clock, "now">;
  readonly log: Pick<Log, "error">;
}

/** A worker cannot start: the message is for a person. */
export class UnfitError extends Error {
  override readonly name = "UnfitError";
  /** With which a server ends that cannot start. */
  readonly exitCode: number;

  constructor({ message, code }: UnfitValue) {
    super(message);
    this.exitCode = code;
  }
}

/** A worker, until it ends. */
export class WorkerLife {
  readonly number: number;
  /** Resolves when it has ended, with words for how. */
  readonly ended: Promise<string>;
  /** The deployments that it has, as it said last. */
  rows: readonly DeploymentRow[] | undefined;
  readonly #parts: WorkerLifeParts;
  readonly #ready = Promise.withResolvers<WorkerReady>();
  #link: Link | undefined;
  #node: BackplaneNode | undefined;
  #isUp = false;
  #upSince: number | undefined;

  constructor(parts: WorkerLifeParts) {
    this.#parts = parts;
    this.number = parts.number;
    this.#ready.promise.catch(() => {}); // Who boots it hears of it.
    this.ended = parts.started.ended.then((how) => {
      this.#isUp = false;
      this.#link?.close();
      const message = `worker ${this.number} ended before it was ready: ${how}`;
      this.#ready.reject(new UnfitError({ message, code: 1 }));
      return how;
    });
  }

  get pid(): number {
    return this.#parts.started.pid;
  }

  /** True from when it listens until it ends. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Milliseconds since it began to serve; 0 when it has not. */
  get servedMs(): number {
    return this.#upSince === undefined ? 0 : this.#parts.clock.now() - this.#upSince;
  }

  /** Has it serve. @throws {UnfitError} when it cannot; also when it ends before it does. */
  async boot(boot: WorkerBoot): Promise<WorkerReady> {
    const stream = await this.#parts.started.stream;
    if (stream !== undefined) {
      const { host } = this.#parts;
      const link = this.#link = new Link(stream, {
        take: this.#take,
        onClosed: (fault) => {
          this.#isUp = false;
          if (fault !== undefined) this.#parts.log.error(`the link to worker ${this.number} broke`, { error: fault });
          if (this.#node !== undefined) host.detach(this.#node);
        },
        prepare: () => {
          if (this.#node !== undefined) host.mend(this.#node);
        },
      }, { maxUnsentBytes: MAX_UNSENT_BYTES });
      this.#node = host.attach(link);
      link.writer.putValue(DOWN.BOOT, 0, 0, boot);
      void link.run();
    }
    return await this.#ready.promise;
  }

  /** Asks the worker. Rejects when it ends before it answers. */
  async call(kind: number, value: unknown): Promise<unknown> {
    if (this.#link === undefined) throw new Error("it is not there yet");
    return await this.#link.call((writer, id) => writer.putValue(kind, 0, id, value));
  }

  /** Has it go away in good order; one that does not serve yet ends at once. */
  drain(): void {
    if (this.#isUp && this.#link?.isOpen === true) this.#link.writer.putEmpty(DOWN.DRAIN, 0, 0);
    else this.kill();
  }

  /** Ends it at once. */
  kill(): void {
    this.#parts.started.kill();
  }

  readonly #take: TakeRecord = (kind, flags, id, bytes, start, end) => {
    const { services } = this.#parts;
    switch (kind) {
      case UP.READY:
        this.#isUp = true;
        this.#upSince = this.#parts.clock.now();
        return this.#ready.resolve(decodeValue(bytes, start, end) as WorkerReady);
      case UP.UNFIT:
        return this.#ready.reject(new UnfitError(decodeValue(bytes, start, end) as UnfitValue));
      case UP.JOURNAL:
        this.rows = decodeValue(bytes, start, end) as readonly DeploymentRow[];
        return;
      case UP.REHEARSE: {
        const code = bytes.slice(start, end);
        return this.#link?.settle(id, () => services.rehearse(code));
      }
      case UP.BEGIN: {
        const name = decodeValue(bytes, start, end) as string;
        return this.#link?.settle(id, () => services.begin(name));
      }
      case UP.METRICS:
        return this.#link?.settle(id, () => services.metrics());
      default:
        this.#node?.take(kind, flags, id, bytes, start, end);
    }
  };
}
