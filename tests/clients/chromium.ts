/**
 * Chromium, as the tests start it: headless, silent towards the network, one for each test.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";
import { findProgram } from "../support/requires.ts";

/** Background traffic off: what runs here talks to this machine only. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
] as const;

/** A browser to dispose of with `await using`. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findProgram("chromium");
  if (executablePath === undefined) throw new Error("chromium is missing: its tests say so with requires()");
  return await chromium.launch({ executablePath, args: [...ARGS] });
}
