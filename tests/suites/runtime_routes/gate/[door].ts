/** An `upgrade` that answers as the query asks, at once or later. */
import { defineRoute } from "sockeye";

const ANSWERS: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  all: () => ({ headers: { "X-One": "1" }, subprotocol: "chat", context: { user: "ada" } }),
  admits: () => ({ context: "known", admission: { expiresInMs: 60_000 } }),
  "admits-for-good": () => ({ admission: {} }),
  "admits-nobody": () => ({ admission: false }),
  "admits-for-no-time": () => ({ admission: { expiresInMs: 0 } }),
  cookies: () => ({ headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] }),
  refuse: () => new Response("not today", { status: 403 }),
  "throw-response": () => {
    throw new Response("who are you?", { status: 401 });
  },
  throw: () => {
    throw new Error("upgrade broke");
  },
  "not-offered": () => ({ subprotocol: "soap" }),
  newline: () => ({ headers: { "x-a": "1\r\nx-b: 2" } }),
  forbidden: () => ({ headers: { "Sec-WebSocket-Accept": "mine" } }),
  misspelt: () => ({ header: {} }),
  true: () => true,
  "context-function": () => ({ context: () => {} }),
  "used-response": () => {
    const response = new Response("once");
    response.body?.cancel();
    return Object.defineProperty(response, "bodyUsed", { value: true });
  },
};

export default defineRoute("/gate/[door]", {
  upgrade(request, { params, remoteAddress, subprotocols, asksForToken, signal }) {
    const query = new URL(request.url).searchParams;
    if (query.has("echo")) {
      const seen = [request.method, request.headers.get("cookie"), params.door, remoteAddress, subprotocols.join()];
      return { context: [...seen, asksForToken, signal.aborted] };
    }
    if (query.has("leave")) {
      return new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    }
    const answer = ANSWERS[query.get("answer") ?? ""] as () => { readonly context?: unknown } | undefined;
    return query.has("later") ? Promise.resolve().then(answer) : answer();
  },
  open() {},
});
