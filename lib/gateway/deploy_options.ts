/**
 * The options of deployments: rows of the option table.
 *
 * @module
 */
import type { OptionSpec } from "./option_spec.ts";

/** The rows, by name. */
export const DEPLOY_OPTIONS = {
  swapTimeoutMs: {
    kind: "integer",
    unit: "ms",
    min: 1,
    max: 2 ** 31 - 1,
    group: "Deploys",
    default: 30_000,
    perRoute: false,
    doc: "longest wait for a handler, `suspend`, `resume` or `start` when code is swapped",
    consequence: "the handler is abandoned; the old code goes on",
  },
  keptDeployments: {
    kind: "integer",
    unit: "deployments",
    min: 1,
    max: 100,
    group: "Deploys",
    default: 5,
    perRoute: false,
    doc: "how many deployments that served are kept, to go back to at once",
    consequence: "the oldest is forgotten",
  },
  admin: {
    kind: "address",
    group: "Deploys",
    default: "127.0.0.1:4001",
    perRoute: false,
    doc: "host:port of the admin listener; it is there with one of its tokens only",
    consequence: "an error at start that names the address",
  },
  maxDeploymentBytes: {
    kind: "integer",
    unit: "bytes",
    min: 1024,
    max: 2 ** 30,
    group: "Deploys",
    default: 32 * 2 ** 20,
    perRoute: false,
    doc: "longest upload of a deployment",
    consequence: "413, closed",
  },
  deployKey: {
    kind: "publicKey",
    group: "Deploys",
    default: "",
    defaultDoc: "none",
    perRoute: false,
    doc: "Ed25519 public key (PEM or base64) that uploads must be signed for",
    consequence: "uploads without that signature: 403",
  },
  dataDir: {
    kind: "path",
    isOptional: true,
    group: "Deploys",
    default: "",
    defaultDoc: "none",
    perRoute: false,
    doc: "folder of deployments and histories, which then survive a restart (needs --allow-write)",
    consequence: "an error at start that names the folder",
  },
} as const satisfies Record<string, OptionSpec>;
