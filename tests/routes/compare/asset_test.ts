/** `/compare/page.js` and `/compare/page.css`. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createTestServer } from "../../../lib/testing/mod.ts";

const ROUTES = new URL("../../../routes/", import.meta.url);

Deno.test("the page's assets are beside it, with their types", async () => {
  await using server = await createTestServer(ROUTES);
  const page = await server.fetch("/compare");
  assertEquals([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  const html = await page.text();
  for (const [name, type] of [["page.js", "text/javascript"], ["page.css", "text/css"]] as const) {
    assertStringIncludes(html, `"/compare/${name}"`);
    const response = await server.fetch(`/compare/${name}`);
    assertEquals([response.status, response.headers.get("content-type")], [200, `${type}; charset=utf-8`]);
    await response.text();
  }
  const other = await server.fetch("/compare/other.js");
  assertEquals([other.status, await other.text()], [404, 'There is no "other.js" here.\n']);
});
