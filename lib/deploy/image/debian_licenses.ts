/**
 * Under which licences a package of Debian is, by its own copyright notice.
 *
 * @module
 */
import type { DebianPackage } from "./debian_package.ts";

/** Notices in the machine-readable form begin with this. */
const MACHINE_READABLE = /^Format: \S+\/copyright-format\//;

/**
 * Names as the notice has them, each once: those of its `License:` fields where it has fields, else those of the texts
 * that it points to. Empty where it says neither, or is not among these packages.
 */
export function debianLicenses(name: string, packages: readonly DebianPackage[]): readonly string[] {
  const notices = packages.find((own) => own.name === name)?.files.get(`usr/share/doc/${name}`);
  // GCC's libraries share one notice, which another package holds.
  const holder = notices !== undefined && "link" in notices ? notices.link : name;
  const path = `usr/share/doc/${holder}/copyright`;
  const notice = packages.find((own) => own.name === holder)?.files.get(path);
  if (!(notice instanceof Uint8Array)) return [];
  const text = new TextDecoder().decode(notice);
  const names = MACHINE_READABLE.test(text)
    ? text.matchAll(/^License: *(\S.*)$/gm)
    : text.matchAll(/\/usr\/share\/common-licenses\/([\w.-]*\w)/g);
  return [...new Set([...names].map(([, own]) => own!.trim()))].sort();
}
