/**
 * A deployment on several hosts: ready on all of them first, then activated one after the other, and back on all of them
 * when one will not.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import type { AdminClient } from "./admin_client.ts";
import type { DeploymentStatus } from "./deployment.ts";
import type { ActivationReport } from "./deployments.ts";
import type { Package } from "./packing.ts";

/** What is asked of one host. */
export type RolloutHost = Pick<AdminClient, "host" | "list" | "upload" | "activate" | "rollback">;

/** How it is to go. */
export interface RolloutRules {
  readonly share?: number;
  readonly allowRemoval?: boolean;
}

/**
 * Rolls out.
 *
 * @param print takes one line at a time.
 * @returns whether it serves on all hosts as it was asked for.
 */
export async function rollOut(
  hosts: readonly RolloutHost[],
  { name, upload }: Package,
  rules: RolloutRules,
  print: (line: string) => void,
): Promise<boolean> {
  const ready = await Promise.all(hosts.map(async (host) => {
    try {
      const before = await host.list();
      const other = before.find((one) => one.state === "canary" && one.name !== name);
      if (other !== undefined) throw new Error(`${other.name} is a canary there: promote it, or roll it back, first`);
      const status = await host.upload(upload);
      print(`${host.host}: ready (${status.state})`);
      return status;
    } catch (error) {
      print(`${host.host}: not ready: ${messageOf(error)}`);
      return undefined;
    }
  }));
  if (ready.includes(undefined)) {
    print(`${name} was activated nowhere: what served before goes on`);
    return false;
  }
  const activated: RolloutHost[] = [];
  for (const [at, host] of hosts.entries()) {
    if (isDone(ready[at]!, rules)) {
      print(`${host.host}: ${name} serves already`);
      continue;
    }
    try {
      print(`${host.host}: ${described(await host.activate(name, rules))}`);
      activated.push(host);
    } catch (error) {
      print(`${host.host}: not activated: ${messageOf(error)}`);
      await goBack(hosts, new Map([...activated, host].map((one) => [one, ready[hosts.indexOf(one)]!])), print);
      return false;
    }
  }
  return true;
}

/** What an activation did, in words. */
export function described({ deployment, moved, dismissed, lost, warning }: ActivationReport): string {
  const { name, state, share } = deployment;
  const peers = `${moved} ${moved === 1 ? "peer goes" : "peers go"} on with it`;
  return [
    share === undefined ? `${name} is ${state}` : `${name} is a canary for ${percent(share)} of the peers`,
    peers,
    ...(dismissed === 0 ? [] : [`${dismissed} whose route is gone got 1012`]),
    ...(lost === 0 ? [] : [`${lost} that could not be resumed got 1011`]),
    ...(warning === undefined ? [] : [`warning: ${warning}`]),
  ].join("; ");
}

/** `10 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function stateOf({ name, state, share }: DeploymentStatus): string {
  return `${name} (${share === undefined ? state : `${state} ${percent(share)}`})`;
}

function servingOf(deployments: readonly DeploymentStatus[]): readonly DeploymentStatus[] {
  return deployments.filter(({ state }) => state === "active" || state === "canary");
}

function isDone({ state, share }: DeploymentStatus, rules: RolloutRules): boolean {
  return state === "active" || (state === "canary" && share === rules.share);
}

/**
 * Says of every host what it is left with. An answer that was lost may still have been an activation.
 *
 * @param touched what it was there before.
 */
async function goBack(
  hosts: readonly RolloutHost[],
  touched: ReadonlyMap<RolloutHost, DeploymentStatus>,
  print: (line: string) => void,
): Promise<void> {
  for (const [host, { name, state, share }] of [...touched].reverse()) {
    try {
      const serving = servingOf(await host.list());
      if (!serving.some((status) => status.name === name)) continue;
      // It may have been a canary there already, for another share.
      const back = state === "canary" && share !== undefined ? host.activate(name, { share }) : host.rollback({});
      print(`${host.host}: rolled back: ${described(await back)}`);
    } catch (error) {
      print(`${host.host}: NOT rolled back: ${messageOf(error)}`);
    }
  }
  print("what serves now:");
  for (const host of hosts) {
    try {
      const serving = servingOf(await host.list());
      print(`  ${host.host}: ${serving.map(stateOf).join(", ")}`);
    } catch (error) {
      print(`  ${host.host}: unknown: ${messageOf(error)}`);
    }
  }
}
