/**
 * `/echo`: every message back, verbatim. The route that the conformance suites talk to, so its limits are wide.
 *
 * @module
 */
import { defineRoute } from "sockeye";

const LARGEST_ECHO_BYTES = 32 * 1024 * 1024;

export default defineRoute("/echo", {
  options: {
    maxMessageBytes: LARGEST_ECHO_BYTES,
    maxFragments: 131_072,
    // One whole echo may wait for a client that reads slowly.
    maxBufferedBytes: LARGEST_ECHO_BYTES,
    perMessageDeflate: true,
  },
  message(peer, message) {
    const goesOn = peer.send(message);
    // The next message is handed over only when this one is on its way: a client that does not read is not read either.
    if (!goesOn) return peer.drained();
  },
});
