/** The thread itself: what it is sent is answered. @module */
import { assertEquals } from "@std/assert";
import { packQuestions } from "../../lib/backplane/history_questions.ts";
import type { ThreadReply, ThreadRequest } from "../../lib/backplane/history_thread.ts";
import { HistoryFolder, ORDER, RULE, START_MS } from "./support/history_folder.ts";

Deno.test("the worker of the histories answers each message with one, in order", async () => {
  using here = new HistoryFolder();
  const worker = new Worker(new URL("../../lib/backplane/sqlite_history_worker.ts", import.meta.url), {
    type: "module",
  });
  const replies: ThreadReply[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<ThreadReply>) => {
    replies.push(data);
    if (data.kind === "closed") resolve();
  };
  const append = { kind: "append", topic: "a", rule: RULE, envelope: { payload: "x", from: "" } } as const;
  const requests: readonly ThreadRequest[] = [
    { kind: "open", order: { ...ORDER, folder: here.path }, now: START_MS },
    { kind: "ask", batch: packQuestions([append, append], START_MS) },
    { kind: "ask", batch: packQuestions([append], START_MS) },
    { kind: "close" },
  ];
  for (const request of requests) worker.postMessage(request);
  await promise;
  worker.terminate();
  assertEquals(replies, [
    { kind: "opened", notes: [] },
    { kind: "answered", answers: [1, 2], notes: [] },
    { kind: "answered", answers: [3], notes: [] },
    { kind: "closed" },
  ]);
});
