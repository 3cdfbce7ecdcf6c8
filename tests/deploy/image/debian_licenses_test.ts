/** Licences of a package of Debian are those that its notice names. @module */
import { assertEquals } from "@std/assert";
import { debianLicenses } from "../../../lib/deploy/image/debian_licenses.ts";
import { madeDebian } from "../support/made_parts.ts";

const FREE = `It was put together by some. The complete text
  can be found in \`/usr/share/common-licenses/LGPL-2.1'.
* The utilities: see /usr/share/common-licenses/GPL-2. And /usr/share/common-licenses/GPL-2, again.
License: none of the machine's
`;
const FIELDS = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
License: MPL-2.0 or GPL-2+
 in /usr/share/common-licenses/GPL-2

Files: debian/*
License: GPL-2+
`;

const holding = (name: string, copyright: string) =>
  madeDebian(name, { [`usr/share/doc/${name}/copyright`]: copyright });

Deno.test("debianLicenses takes the fields of a machine-readable notice", () => {
  assertEquals(debianLicenses("a", [holding("a", FIELDS)]), ["GPL-2+", "MPL-2.0 or GPL-2+"]);
});

Deno.test("debianLicenses takes the texts that another notice points to, each once", () => {
  assertEquals(debianLicenses("a", [holding("b", FIELDS), holding("a", FREE)]), ["GPL-2", "LGPL-2.1"]);
});

Deno.test("debianLicenses follows a package whose notice another holds", () => {
  const linked = madeDebian("libgcc-s1", { "usr/share/doc/libgcc-s1": "-> gcc-base" });
  assertEquals(debianLicenses("libgcc-s1", [linked, holding("gcc-base", FREE)]), ["GPL-2", "LGPL-2.1"]);
  assertEquals(debianLicenses("libgcc-s1", [linked]), []);
});

Deno.test("debianLicenses of a package without a notice is empty", () => {
  assertEquals(debianLicenses("a", [madeDebian("a", {})]), []);
});
