/**
 * What is in an image, as a CycloneDX bill of materials.
 *
 * @module
 */
import type { Architecture } from "./architecture.ts";
import type { NpmPackage } from "../bundled_packages.ts";
import { debianLicenses } from "./debian_licenses.ts";
import type { DebianPackage } from "./debian_package.ts";
import type { DenoPackage } from "./deno_package.ts";

/** What went into an image. */
export interface Contents {
  readonly architecture: Architecture;
  /** Version of the server. */
  readonly version: string;
  /** `sha256:…` of the image's manifest. */
  readonly digest: string;
  readonly deno: DenoPackage;
  readonly debian: readonly DebianPackage[];
  readonly bundled: readonly NpmPackage[];
  /** Name of the distribution: the ID of its os-release. */
  readonly distribution: string;
}

/** Of deno's own package. What V8 and the crates within its program are under stands nowhere in it. */
const DENO_LICENSE = "MIT";

interface Component {
  readonly type: "library" | "application";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: "SHA-256" | "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly License[];
}

/** An SPDX expression, or whatever else the author wrote. Debian's names are not quite SPDX's. */
type License = { readonly expression: string } | { readonly license: { readonly name: string } };

/**
 * The bill, of version 1.6. It has no date and no serial number of its own: the digest of the image, which it names, is
 * as unique, and the same inputs give the same bill.
 */
export function sbomOf(contents: Contents): object {
  const { architecture, version, digest, deno, debian, bundled, distribution } = contents;
  const own = `pkg:oci/sockeye@${encodeURIComponent(digest)}?arch=${architecture}`;
  const components: Component[] = [
    ...debian.map((one) => debianComponent(one, distribution, debianLicenses(one.name, debian))),
    npmComponent("application", { ...deno, license: DENO_LICENSE }),
    ...bundled.map((one) => npmComponent("library", one)),
  ];
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      lifecycles: [{ phase: "build" }],
      component: {
        type: "container",
        "bom-ref": own,
        name: "sockeye",
        version,
        purl: own,
        hashes: [{ alg: "SHA-256", content: digest.replace("sha256:", "") }],
      },
    },
    components,
    dependencies: [{ ref: own, dependsOn: components.map((one) => one["bom-ref"]) }],
  };
}

function debianComponent(
  { name, version, architecture, sha256 }: DebianPackage,
  distribution: string,
  licenses: readonly string[],
): Component {
  const purl = `pkg:deb/${distribution}/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    hashes: [{ alg: "SHA-256", content: sha256 }],
    ...(licenses.length === 0 ? {} : { licenses: licenses.map((own) => ({ license: { name: own } })) }),
  };
}

function npmComponent(
  type: Component["type"],
  { name, version, license, sha512 }: Pick<NpmPackage, "name" | "version" | "license" | "sha512">,
): Component {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return {
    type,
    "bom-ref": purl,
    name,
    version,
    purl,
    ...(sha512 === undefined ? {} : { hashes: [{ alg: "SHA-512", content: sha512 }] }),
    ...(license === undefined ? {} : { licenses: [licenseOf(license)] }),
  };
}

function licenseOf(text: string): License {
  const isExpression = /^[\w.+()-]+(?: (?:AND|OR|WITH) [\w.+()-]+)*$/.test(text);
  return isExpression ? { expression: text } : { license: { name: text } };
}
