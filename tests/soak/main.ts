/**
 * `deno task soak`: many clients, idle and busy, on one server that is deployed to and loses its broker; `--help` lists
 * the flags.
 *
 * @module
 */
import { isGood, soakJson, soakMarkdown, type SoakPlace } from "./report.ts";
import { parseSettings, SettingError, soakHelp } from "./settings.ts";
import { soak } from "./soak.ts";

/** Exit codes. */
const EXIT = { GOOD: 0, NOT_GOOD: 1, WRONG_FLAG: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  const settings = parseSettings(args);
  if (settings === undefined) {
    console.log(soakHelp());
    return EXIT.GOOD;
  }
  const place = placeNow();
  const result = await soak(settings, (line) => console.error(line));
  const text = soakMarkdown(place, result);
  console.log(text);
  if (settings.report !== undefined) {
    await Deno.writeTextFile(`${settings.report}.md`, text);
    await Deno.writeTextFile(`${settings.report}.json`, soakJson(place, result));
  }
  return isGood(result) ? EXIT.GOOD : EXIT.NOT_GOOD;
}

function placeNow(): SoakPlace {
  const processor = /^model name\s*:\s*(.+)$/m.exec(readText("/proc/cpuinfo"))?.[1] ?? "unknown processor";
  return {
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
    system: `${Deno.build.os} ${Deno.osRelease()}, ${Deno.build.arch}`,
    processor,
    cores: navigator.hardwareConcurrency,
    memoryGib: Deno.systemMemoryInfo().total / 2 ** 30,
    load: Deno.loadavg()[0] ?? NaN,
  };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // Elsewhere than on Linux.
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    console.error(`soak: ${error.message}`);
    Deno.exit(EXIT.WRONG_FLAG);
  }
}
