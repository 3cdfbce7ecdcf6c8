/**
 * The licences of what was bundled, as one text that goes where the bundle goes.
 *
 * @module
 */
import type { NpmPackage } from "./bundled_packages.ts";

/** Its name, beside the bundle. */
export const LICENSES_FILE = "THIRD_PARTY_LICENSES";

const RULE = "=".repeat(80);

/** Each package once. Those that have the same text share it. */
export function licenseTexts(packages: readonly NpmPackage[]): string {
  if (packages.length === 0) return "Nothing of others was bundled.\n";
  const byText = Map.groupBy(packages, (own) => own.licenseText ?? noteOf(own));
  const parts = [...byText].map(([text, own]) => `${RULE}\n${own.map(titleOf).join("\n")}\n${RULE}\n\n${text}\n`);
  return `Packages of npm that were bundled, each with its licence as it comes with the package.\n\n${
    parts.join("\n")
  }`;
}

function titleOf({ name, version, license }: NpmPackage): string {
  return `${name} ${version} (${license ?? "license not named"})`;
}

function noteOf({ license, repository }: NpmPackage): string {
  const named = license === undefined ? "names no licence" : `says: ${license}`;
  const source = repository === undefined ? "" : `\nIts sources: ${repository}`;
  return `The package holds no licence file. Its package.json ${named}.${source}`;
}
