import { assertEquals } from "@std/assert";
import { json, problem, refused } from "../../lib/deploy/admin_answer.ts";

Deno.test("answers of the admin listener are JSON that nobody stores", async () => {
  const answer = json(201, { a: 1 }, { allow: "GET" });
  assertEquals([answer.status, answer.headers.get("cache-control"), answer.headers.get("allow")], [
    201,
    "no-store",
    "GET",
  ]);
  assertEquals(await answer.json(), { a: 1 });
  assertEquals(await problem(404, "nothing there").json(), { error: "nothing there" });
});

Deno.test("a 401 says with what scheme to come back, a 403 does not", () => {
  const scheme = (status: 401 | 403) => refused({ status, problem: "no" }).headers.get("www-authenticate");
  assertEquals([scheme(401), scheme(403)], ['Bearer realm="sockeye"', null]);
});
