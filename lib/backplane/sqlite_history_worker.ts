/**
 * What runs in the thread that has the histories.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { HistoryThread, type ThreadRequest } from "./history_thread.ts";

const thread = new HistoryThread();

self.onmessage = ({ data }: MessageEvent<ThreadRequest>) => self.postMessage(thread.reply(data));
