import { assertEquals } from "@std/assert";
import { ListenError } from "../../lib/gateway/listen_error.ts";

Deno.test("ListenError has a name by which it is told from other errors", () => {
  const { name, message } = new ListenError("port 1 is in use");
  assertEquals([name, message], ["ListenError", "port 1 is in use"]);
});
