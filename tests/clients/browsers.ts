/**
 * Firefox and WebKit, as the tests start them: with no screen, a profile of their own, and silent towards the network.
 * Each is told one page, and what the page finds out comes back as a request of that page's.
 *
 * @module
 */
import { findProgram, type RequiredProgram } from "../support/requires.ts";

/** Nothing is looked up, reported, restored or asked. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.auto": false,
  "browser.aboutwelcome.enabled": false,
  "browser.newtabpage.enabled": false,
  "browser.safebrowsing.downloads.remote.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.startup.page": 0,
  "captivedetect.canonicalURL": "",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.push.connection.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.update.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.dns.disablePrefetch": true,
  "network.prefetch-next": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
  "toolkit.telemetry.server": "",
} as const;

/** So long it may take to end by itself. */
const END_MS = 5_000;

/** A Firefox that has opened this page. */
export async function launchFirefox(url: string): Promise<AsyncDisposable> {
  const profile = await Deno.makeTempDir({ prefix: "sockeye-firefox-" });
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await Deno.writeTextFile(`${profile}/user.js`, lines.join(""));
  const firefox = start("firefox", ["--headless", "--no-remote", "--profile", profile, url], profile);
  return {
    async [Symbol.asyncDispose]() {
      await end(firefox);
      await Deno.remove(profile, { recursive: true });
    },
  };
}

/** A WebKit that has opened this page, on a screen that nobody sees. */
export async function launchWebKit(url: string): Promise<AsyncDisposable> {
  const profile = await Deno.makeTempDir({ prefix: "sockeye-webkit-" });
  const screen = new Deno.Command(findProgram("Xvfb")!, {
    args: ["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = screen.stdout.pipeThrough(new TextDecoderStream()).getReader();
  // It chooses a number that is free, and says so when it is ready.
  const { value } = await reader.read();
  const webkit = start("webkit", ["--private", url], profile, { DISPLAY: `:${value?.trim()}`, GDK_BACKEND: "x11" });
  return {
    async [Symbol.asyncDispose]() {
      await end(webkit);
      await end(screen);
      await reader.cancel();
      await Deno.remove(profile, { recursive: true });
    },
  };
}

function start(
  program: RequiredProgram,
  args: readonly string[],
  home: string,
  env: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  return new Deno.Command(findProgram(program)!, {
    args: [...args],
    env: { HOME: home, MOZ_CRASHREPORTER_DISABLE: "1", NO_AT_BRIDGE: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function end(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  // deadline: one that does not end when it is asked to is killed
  const deadline = setTimeout(() => child.kill("SIGKILL"), END_MS);
  await child.status;
  clearTimeout(deadline);
}
