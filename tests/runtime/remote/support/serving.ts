/**
 * A remote runtime whose code is scripted, on a clock that stands still.
 *
 * @module
 */
import type { RouteDescriptor } from "../../../../lib/route/table.ts";
import { RemoteRuntime, type RemoteRuntimeOptions } from "../../../../lib/runtime/remote/remote_runtime.ts";
import { DOWN, UP } from "../../../../lib/runtime/remote/wire.ts";
import { RecordedCommands } from "../../../suites/recorded_commands.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { descriptor, type Reaction, ScriptedCode } from "./scripted_code.ts";

/** An upgrade request with what a plug-in is not shown. */
export const REQUEST = {
  method: "GET",
  url: "http://example.com/",
  headers: [["host", "example.com"], ["cookie", "secret"], ["authorization", "secret"]],
  remoteAddress: "192.0.2.7",
} as const;

/** What a test may choose. */
export type Setting = Partial<RemoteRuntimeOptions> & {
  readonly react?: Reaction;
  readonly routes?: ReadonlyArray<Partial<RouteDescriptor>>;
};

/** Scripted code, and how it is loaded. */
export function parts({ react = () => false, routes = [{}], ...options }: Setting = {}) {
  const clock = new FakeClock();
  const logged: string[] = [];
  const published: unknown[] = [];
  const code = new ScriptedCode((record, life) => {
    if (react(record, life) === true) return true;
    if (record.kind !== DOWN.BOOT) return false;
    life.say((writer) => writer.putValue(UP.READY, 0, 0, { descriptors: routes.map(descriptor) }));
    return true;
  });
  const log = (level: string) => (message: string, { reason, error }: Readonly<Record<string, unknown>>): void =>
    void logged.push([level, message, reason ?? (error as Error)?.message].filter(Boolean).join(": "));
  const load = () =>
    RemoteRuntime.load({
      kind: "process",
      name: "plug-in",
      open: code.open,
      boot: { code: { kind: "module", source: "" }, deployment: "d-1", isDevelopment: false },
      clock,
      publish: (topic, payload) => Promise.resolve(void published.push([topic, payload])),
      log: { warn: log("warn"), error: log("error") },
      ...options,
    });
  return { clock, logged, published, code, load };
}

/** A runtime that has started, and serves for good. */
export async function serving(setting: Setting = {}) {
  const all = parts(setting);
  const runtime = await all.load();
  await runtime.start();
  runtime.commit();
  const question = (signal = new AbortController().signal) => ({
    ...{ request: REQUEST, params: {}, subprotocols: ["chat"], signal },
  });
  const attach = (route = 0) => {
    const commands = new RecordedCommands();
    return { commands, events: runtime.attach(route, commands) };
  };
  const opened = (route = 0) => {
    const one = attach(route);
    void one.events.open();
    return one;
  };
  return { ...all, runtime, question, attach, opened };
}

/** The status of a refusal. */
export async function statusOf(decision: unknown): Promise<number> {
  return (await decision as { readonly response: Response }).response.status;
}

/** Answers each upgrade with this. */
export function answering(value: unknown): Setting {
  return {
    routes: [{ hasUpgrade: true }],
    react({ kind, id }, life) {
      if (kind !== DOWN.UPGRADE) return false;
      life.answer(id, value);
      return true;
    },
  };
}
