/**
 * The certificate that new connections get: read again when its files have changed. Open connections keep theirs.
 *
 * The files are read and compared, not watched: that also finds what a symbolic link leads to now, as with Kubernetes
 * secrets and certbot, and what is on a network drive.
 *
 * @module
 */
import { messageOf } from "../../route/table.ts";
import type { Clock } from "../clock.ts";
import {
  type Certificate,
  type CertificateFiles,
  certificateOf,
  type CertificateTexts,
  readTexts,
  readTextsSync,
  type Tls,
} from "./certificate.ts";
import { warningsOf } from "./certificate_report.ts";

/** How often the files are looked at. */
export const CHECK_INTERVAL_MS = 2_000;

type Told = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What it needs. */
export interface CertificateWatchParts {
  readonly files: CertificateFiles;
  readonly tls: Tls;
  readonly clock: Clock;
  readonly log: { readonly info: Told; readonly warn: Told };
  /** Has the certificate that new connections get from now on. */
  took?(certificate: Certificate): void;
}

/** The certificate of a listener. */
export class CertificateWatch {
  readonly #parts: CertificateWatchParts;
  #texts: CertificateTexts;
  #current: Certificate;
  /** What was wrong when it was last looked: told once. */
  #problem = "";
  /** What was warned of the current one. */
  readonly #told = new Set<string>();
  #cancel: (() => void) | undefined;
  #checking: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** Reads it for the first time. @throws {CertificateError} */
  constructor(parts: CertificateWatchParts) {
    this.#parts = parts;
    this.#texts = readTextsSync(parts.files);
    this.#current = certificateOf(this.#texts, parts.files, parts.tls);
    this.#take();
    this.#schedule();
  }

  get current(): Certificate {
    return this.#current;
  }

  /** Looks no more. Resolves when a look that is under way is over. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    return this.#checking;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#parts.clock.setTimer(() => {
      this.#checking = this.#check().then(() => this.#schedule());
    }, CHECK_INTERVAL_MS);
  }

  async #check(): Promise<void> {
    const { files, tls, log } = this.#parts;
    try {
      const texts = await readTexts(files);
      if (texts.cert === this.#texts.cert && texts.key === this.#texts.key) {
        this.#problem = "";
        return this.#warn();
      }
      this.#current = certificateOf(texts, files, tls);
      this.#texts = texts;
      this.#problem = "";
      const { fingerprint, expiresAt } = this.#current;
      log.info("new connections get the new certificate", { fingerprint, expires: new Date(expiresAt).toISOString() });
      this.#take();
    } catch (error) {
      // One file is there before the other, or half of it: that is looked at again.
      const problem = messageOf(error);
      if (problem !== this.#problem) {
        log.warn(`the certificate has changed and cannot be used, the old one goes on: ${problem}`);
      }
      this.#problem = problem;
    }
  }

  #take(): void {
    this.#told.clear();
    this.#parts.took?.(this.#current);
    this.#warn();
  }

  /** Each kind once for a certificate: it comes closer to its end while it serves. */
  #warn(): void {
    const { clock, files, log } = this.#parts;
    for (const warning of warningsOf(this.#current, files, clock.wallNow())) {
      // How many days are left is no other warning.
      const kind = warning.replace(/in .*? \(/, "(");
      if (!this.#told.has(kind)) log.warn(warning);
      this.#told.add(kind);
    }
  }
}
