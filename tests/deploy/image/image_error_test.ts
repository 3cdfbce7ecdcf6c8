/** The error of this folder. @module */
import { assertEquals } from "@std/assert";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";

Deno.test("ImageError goes by its name, and keeps the cause", () => {
  const cause = new Error("beneath");
  const error = new ImageError("no such package", { cause });
  assertEquals([error.name, String(error), error.cause], ["ImageError", "ImageError: no such package", cause]);
});
