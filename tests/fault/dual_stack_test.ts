/** One listener on `::` serves both families, and knows an IPv4 client by its IPv4 address. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startServer } from "../support/server_process.ts";

Deno.test("--host :: serves IPv4 and IPv6, and logs an IPv4 client without ::ffff:", async () => {
  await using server = await startServer({ args: ["--host", "::"], env: { LOG_LEVEL: "debug" } });
  for (const host of ["127.0.0.1", "[::1]"]) {
    const response = await fetch(`http://${host}:${server.port}/nowhere-${host.length}`);
    assertEquals(response.status, 404);
    await response.body?.cancel();
  }
  await server.printed(/nowhere-5/);
  assertStringIncludes(server.output(), "path=/nowhere-9 remoteAddress=127.0.0.1 ");
  assertStringIncludes(server.output(), "path=/nowhere-5 remoteAddress=::1 ");
});
