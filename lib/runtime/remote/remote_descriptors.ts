/**
 * What remote code says of its routes, checked: nobody vouches for it.
 *
 * @module
 */
import type { RouteDescriptor } from "../../route/table.ts";
import { checkTopicOptions } from "../topic_options.ts";

/** What code may say of its routes. */
export interface DescriptorLimits {
  /** Patterns that its routes may have. Default: any. */
  readonly patterns?: readonly string[];
  /** Topics that it may use, and say something of. Default: all. */
  readonly mayUseTopic?: (topic: string) => boolean;
}

/** @throws {TypeError} that says what is wrong. */
export function checkDescriptors(descriptors: unknown, { patterns, mayUseTopic }: DescriptorLimits): void {
  const list: readonly unknown[] = Array.isArray(descriptors) ? descriptors : [undefined];
  for (const one of list) {
    const { pattern, topics = {} } = checkShape(one);
    if (patterns?.includes(pattern) === false) {
      throw new TypeError(`the code has a route at ${pattern}, where it was given ${patterns.join(", ") || "none"}`);
    }
    // The `*` at the end of a name is covered by nothing but a grant that has one, too.
    const denied = Object.keys(checkTopicOptions(topics)).find((name) => mayUseTopic?.(name) === false);
    if (denied !== undefined) throw new TypeError(`its "topics" say something of ${denied}, which was not granted`);
  }
}

function checkShape(one: unknown): RouteDescriptor {
  const { pattern, file, isWebSocket, hasUpgrade, canResume, hasAuthenticate = false, methods, options } =
    (one ?? {}) as
      & Partial<Record<keyof RouteDescriptor, unknown>>
      & object;
  const isOne = typeof pattern === "string" && typeof file === "string" && Array.isArray(methods) &&
    [isWebSocket, hasUpgrade, canResume, hasAuthenticate].every((flag) => typeof flag === "boolean") &&
    typeof options === "object" && options !== null;
  if (!isOne) throw new TypeError("the code does not say what its routes are");
  return one as RouteDescriptor;
}
