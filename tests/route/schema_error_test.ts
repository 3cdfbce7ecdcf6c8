import { assertEquals, assertInstanceOf } from "@std/assert";
import { SchemaError } from "../../lib/route/schema_error.ts";

Deno.test("SchemaError words its issues with their paths", () => {
  const error = new SchemaError([
    { message: "too short", path: ["user", { key: "name" }] },
    { message: "not an object" },
    { message: "not a number", path: [0] },
  ]);
  assertInstanceOf(error, Error);
  assertEquals(error.name, "SchemaError");
  assertEquals(
    error.message,
    "the message does not match the schema: user.name: too short; not an object; 0: not a number",
  );
});

Deno.test("SchemaError names five issues and counts the others, and keeps all of them", () => {
  const issues = Array.from({ length: 8 }, (_, index) => ({ message: `issue ${index}` }));
  const error = new SchemaError(issues);
  assertEquals(
    error.message,
    "the message does not match the schema: issue 0; issue 1; issue 2; issue 3; issue 4; and 3 more",
  );
  assertEquals(error.issues, issues);
});

Deno.test("SchemaError of another copy of this module is one too: a deployment that was built on its own has one", async () => {
  const url = new URL("../../lib/route/schema_error.ts?copy", import.meta.url).href;
  const { SchemaError: Copy } = await import(url) as { SchemaError: typeof SchemaError };
  assertEquals(Copy === SchemaError, false);
  assertInstanceOf(new Copy([]), SchemaError);
  assertInstanceOf(new SchemaError([]), Copy);
  for (const other of [new Error("x"), {}, null, undefined, "x"]) assertEquals(other instanceof SchemaError, false);
});
