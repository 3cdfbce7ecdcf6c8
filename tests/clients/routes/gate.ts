/** `/gate`: lets nobody in without `?token=open`; `?chosen=` picks a subprotocol. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/gate", {
  upgrade(request) {
    const query = new URL(request.url).searchParams;
    if (query.get("token") !== "open") {
      return new Response("Say the word.\n", { status: 401, headers: { "WWW-Authenticate": "Bearer" } });
    }
    const subprotocol = query.get("chosen");
    return { headers: { "X-Gate": "open" }, ...(subprotocol === null ? {} : { subprotocol }) };
  },
  open(peer) {
    peer.send(`in: ${peer.subprotocol}`);
  },
});
