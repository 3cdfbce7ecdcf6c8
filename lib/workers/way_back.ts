/**
 * How a worker goes back to what it served before, when another one would not go on.
 *
 * @module
 */
import type { DeploymentStatus } from "../deploy/mod.ts";

/** An admin request that is one step of the way. */
export interface Step {
  readonly path: string;
  readonly order: Readonly<Record<string, unknown>>;
}

type Known = Pick<DeploymentStatus, "name" | "state" | "share">;

/** The way is gone whatever the code says of it: peers must be with the others' code. */
const FIRMLY = { insist: true, allowRemoval: true } as const;

/** The steps from what a worker has now to what it had before; none, where that is the same. */
export function wayBack(before: readonly Known[], now: readonly Known[]): readonly Step[] {
  const [active, canary] = [inState(before, "active"), inState(before, "canary")];
  const [activeNow, canaryNow] = [inState(now, "active"), inState(now, "canary")];
  const steps: Step[] = [];
  const isSameActive = active?.name === activeNow?.name;
  if (canaryNow !== undefined && (canaryNow.name !== canary?.name || !isSameActive)) {
    steps.push({ path: "/rollback", order: FIRMLY });
  }
  if (active !== undefined && !isSameActive) {
    const isKept = now.some(({ name, state }) => name === active.name && state === "kept");
    steps.push(
      isKept
        ? { path: "/rollback", order: { ...FIRMLY, name: active.name } }
        : { path: `/deployments/${active.name}/activate`, order: { allowRemoval: true } },
    );
  }
  const isThere = isSameActive && canaryNow?.name === canary?.name && canaryNow?.share === canary?.share;
  if (canary !== undefined && !isThere) {
    steps.push({ path: `/deployments/${canary.name}/activate`, order: { share: canary.share, allowRemoval: true } });
  }
  return steps;
}

function inState(all: readonly Known[], state: DeploymentStatus["state"]): Known | undefined {
  return all.find((one) => one.state === state);
}
