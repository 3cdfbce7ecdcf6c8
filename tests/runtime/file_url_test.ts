/** Paths and URLs, on every system. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { fileUrl, NO_FOLDER, noFolder, pathOfUrl } from "../../lib/runtime/file_url.ts";

for (
  const [os, path, href] of [
    ["linux", "/srv/my app/routes/[room].ts", "file:///srv/my%20app/routes/%5Broom%5D.ts"],
    ["linux", "/a%b/ü?#.ts", "file:///a%25b/%C3%BC%3F%23.ts"],
    ["windows", "C:/my app/a.ts", "file:///C:/my%20app/a.ts"],
  ] as const
) {
  Deno.test(`fileUrl and pathOfUrl: ${path} on ${os}`, () => {
    assertEquals(fileUrl(path, os).href, href);
    assertEquals(pathOfUrl(new URL(href), os), path);
  });
}

Deno.test("fileUrl takes the backslashes of Windows", () => {
  assertEquals(fileUrl("C:\\app\\a.ts", "windows").href, "file:///C:/app/a.ts");
});

Deno.test("nothing can be kept at NO_FOLDER, on any system by its own name for nothing", async () => {
  assertEquals(["linux", "darwin", "windows"].map(noFolder), ["/dev/null/none", "/dev/null/none", "\\\\.\\NUL\\none"]);
  assertEquals(NO_FOLDER, noFolder());
  await assertRejects(() => Deno.mkdir(NO_FOLDER, { recursive: true }));
});
