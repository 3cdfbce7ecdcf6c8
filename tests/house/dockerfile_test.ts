/** The Dockerfile says what `deno task image` says: the same program, environment, user and health check. @module */
import { assertEquals } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { imageConfig } from "../../lib/deploy/image/image_config.ts";
import { startCommand } from "../../lib/deploy/image/start_command.ts";
import { PROJECT } from "./source_file.ts";

interface Config {
  readonly User: string;
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly WorkingDir: string;
  readonly StopSignal: string;
  readonly Healthcheck: {
    readonly Test: readonly string[];
    readonly Interval: number;
    readonly Timeout: number;
    readonly StartPeriod: number;
    readonly Retries: number;
  };
}

const start = startCommand(denoConfig.tasks.start.command);
const { config } = imageConfig({
  architecture: "amd64",
  start,
  layers: [],
  annotations: {},
  created: "1970-01-01T00:00:00Z",
}) as { readonly config: Config };

/** The instructions of the last stage: what stands behind each word, lines joined. */
const text = (await Deno.readTextFile(new URL("Dockerfile", PROJECT))).replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\s*\\\n\s*/g, " ");
const last = text.slice(text.lastIndexOf("\nFROM "));
const instruction = (word: string) => new RegExp(`^${word} (.*)$`, "m").exec(last)?.[1] ?? "";

Deno.test("the Dockerfile starts what the image starts, in its folder, as its user", () => {
  assertEquals(JSON.parse(instruction("ENTRYPOINT")), config.Entrypoint);
  assertEquals(
    ["USER", "WORKDIR", "STOPSIGNAL", "EXPOSE"].map(instruction),
    [config.User, config.WorkingDir, config.StopSignal, Object.keys(config.ExposedPorts)[0]!.replace("/tcp", "")],
  );
});

Deno.test("the Dockerfile has the environment of the image; PATH is that of its base", () => {
  assertEquals(instruction("ENV").split(" "), config.Env.filter((entry) => !entry.startsWith("PATH=")));
});

Deno.test("the Dockerfile has the health check of the image, as often", () => {
  const [options = "", command = ""] = instruction("HEALTHCHECK").split(" CMD ");
  const { Test: [, ...words], Interval, Timeout, StartPeriod, Retries } = config.Healthcheck;
  assertEquals(JSON.parse(command), words.with(-1, "/app/health.ts"));
  const seconds = (nanoseconds: number) => `${nanoseconds / 1e9}s`;
  assertEquals(options.split(" "), [
    `--interval=${seconds(Interval)}`,
    `--timeout=${seconds(Timeout)}`,
    `--start-period=${seconds(StartPeriod)}`,
    `--retries=${Retries}`,
  ]);
});

Deno.test("the Dockerfile copies what a build needs, and takes no package of npm that is not locked", () => {
  const [, build = ""] = text.split("\nFROM ");
  assertEquals(/^COPY deno\.json deno\.lock main\.ts LICENSE \.\/$/m.test(build), true);
  assertEquals(/^ARG DENO_VERSION=\d+\.\d+\.\d+$/m.test(build), true);
});
