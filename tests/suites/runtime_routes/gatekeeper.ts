/** Says yes or no to whoever wants to enter or to subscribe, as the question asks for it. */
import { type Admission, type Awaitable, defineRoute, type Peer } from "sockeye";

function answer(peer: Pick<Peer, "send" | "id">, text: string): Awaitable<boolean | Admission> {
  peer.send(`asked ${text}`);
  switch (text) {
    case "yes":
      return true;
    case "yes later":
      return Promise.resolve(true);
    case "truthy":
      return 1 as never;
    case "for a while":
      return { expiresInMs: 60_000 };
    case "for a while, later":
      return Promise.resolve({ expiresInMs: 60_000 });
    case "for good":
      return {};
    case "for no time":
      return { expiresInMs: 0 };
    case "throws":
      throw new Error("cannot say");
    case "rejects":
      return Promise.reject(new Error("cannot say"));
  }
  return false;
}

export default defineRoute("/gatekeeper", {
  topics: { "gate:*": { history: { limit: 50 } } },
  authenticate: answer,
  subscribe: (peer, topic) => answer(peer, topic) as boolean,
  message: async (peer, message) => {
    await Promise.resolve();
    peer.send(message.text());
  },
});
