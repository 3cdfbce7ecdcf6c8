/**
 * The architectures an image can be written for, and what each is called where its parts come from.
 *
 * @module
 */

/** As OCI and Debian name it. */
export type Architecture = keyof typeof ARCHITECTURES;

/** What it is called elsewhere. */
export interface ArchitectureNames {
  /** Package of npm that holds nothing but deno's program. */
  readonly denoPackage: string;
  /** `e_machine` of its programs and libraries. */
  readonly elfMachine: number;
}

/** Every architecture that deno is published for and Debian has. */
export const ARCHITECTURES = {
  amd64: { denoPackage: "@deno/linux-x64-glibc", elfMachine: 62 },
  arm64: { denoPackage: "@deno/linux-arm64-glibc", elfMachine: 183 },
} as const satisfies Readonly<Record<string, ArchitectureNames>>;

/** Whether there can be an image for it. */
export function isArchitecture(name: string): name is Architecture {
  return Object.hasOwn(ARCHITECTURES, name);
}
