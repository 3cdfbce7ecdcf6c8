/** What an image says of itself. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import denoConfig from "../../../deno.json" with { type: "json" };
import { annotationsOf, imageConfig } from "../../../lib/deploy/image/image_config.ts";
import { packLayer } from "../../../lib/deploy/image/layer.ts";
import { startCommand } from "../../../lib/deploy/image/start_command.ts";

const CREATED = "2026-01-01T00:00:00Z";
const start = startCommand(denoConfig.tasks.start.command);
const annotations = annotationsOf({ version: "1.2.3", deployment: "0123456789ab", created: CREATED });

interface Config {
  readonly created: string;
  readonly architecture: string;
  readonly os: string;
  readonly config: Readonly<Record<string, unknown>> & {
    readonly Env: readonly string[];
    readonly Healthcheck: { readonly Test: readonly string[] };
  };
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
  readonly history: readonly { readonly created_by: string }[];
}

async function made(): Promise<Config> {
  const layers = [await packLayer("system", []), await packLayer("deno", [{ path: "x", content: "folder" }])];
  return imageConfig({ architecture: "arm64", start, layers, annotations, created: CREATED }) as Config;
}

Deno.test("imageConfig names platform, layers in order, and a history entry for each", async () => {
  const { created, architecture, os, rootfs, history } = await made();
  assertEquals([created, architecture, os, rootfs.type], [CREATED, "arm64", "linux", "layers"]);
  assertEquals(rootfs.diff_ids.length, 2);
  assertEquals(history.map(({ created_by }) => created_by), ["deno task image: system", "deno task image: deno"]);
});

Deno.test("imageConfig runs the start command in /app, as no root, stopped by SIGTERM", async () => {
  const { config } = await made();
  assertEquals(
    [config["User"], config["Entrypoint"], config["Cmd"], config["WorkingDir"], config["StopSignal"]],
    ["65532:65532", start.entrypoint, [], "/app", "SIGTERM"],
  );
  assertEquals(config["ExposedPorts"], { "4000/tcp": {} });
  assertEquals(config["Labels"], annotations);
});

Deno.test("imageConfig has the environment of the start task, sorted, and deno's for an image", async () => {
  const { config: { Env } } = await made();
  assertEquals(Env, Env.toSorted());
  for (const [name, value] of Object.entries(start.env)) assertEquals(Env.includes(`${name}=${value}`), true);
  assertEquals(Env.includes("DENO_TLS_CA_STORE=system"), true);
  assertEquals(Env.includes("PATH=/usr/bin"), true);
});

Deno.test("imageConfig has a health check without a shell, which may only ask", async () => {
  const { config: { Healthcheck: { Test } } } = await made();
  assertEquals([Test[0], Test[1], Test.at(-1)], ["CMD", "/usr/bin/deno", "/app/health.js"]);
  assertEquals(Test.filter((word) => word.startsWith("--allow")), ["--allow-net", "--allow-env=PORT,HOST"]);
});

Deno.test("annotationsOf has the keys that OCI defines, and a revision only where it is known", () => {
  assertStringIncludes(Object.keys(annotations).join(), "org.opencontainers.image.version");
  assertEquals(annotations["org.opencontainers.image.revision"], undefined);
  const known = annotationsOf({ version: "1", deployment: "2", created: CREATED, revision: "abc" });
  assertEquals(known["org.opencontainers.image.revision"], "abc");
});
