/**
 * What the parent of several processes has one of them do to its deployments, when no admin request asks for it.
 *
 * @module
 */
import { type DeployTracer, UNTRACED } from "./deploy_tracer.ts";
import type { DeploymentCode } from "./deployment.ts";
import type { ActivationReport, Deployments } from "./deployments.ts";

/** What the orders are carried out with. */
export interface ParentOrdersParts {
  readonly deployments: Pick<Deployments, "activate" | "replace" | "rollback">;
  /** Loads what is in the routes folder now. The version is another one each time. */
  load(version: string): Promise<DeploymentCode>;
  /** Makes spans of what is done. Default: nothing does. */
  readonly tracer?: DeployTracer | undefined;
}

/** The orders. */
export interface ParentOrders {
  /** What the others have on trial, for one that was started later. */
  join(canary: { readonly name: string; readonly share: number }): Promise<ActivationReport>;
  /** What is in the routes folder now takes over. */
  reload(version: string): Promise<ActivationReport>;
  /** What served before does again, whatever its code says. */
  back(): Promise<ActivationReport>;
}

/** Carries them out, each in a span of its own. */
export function parentOrders({ deployments, load, tracer = UNTRACED }: ParentOrdersParts): ParentOrders {
  return {
    join: ({ name, share }) => tracer.operation("activate", () => deployments.activate(name, { share })),
    reload: (version) =>
      tracer.operation("reload", async () => {
        return await deployments.replace(await tracer.step("prepare", () => load(version)));
      }),
    back: () => {
      const rules = { insist: true, allowRemoval: true };
      return tracer.operation("rollback", () => deployments.rollback(undefined, rules));
    },
  };
}
