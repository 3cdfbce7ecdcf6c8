/** Calls what the message names on the peer, and sends the error that comes of it. */
import { defineRoute } from "sockeye";

/** What JSON cannot say. */
const SPECIAL: Readonly<Record<string, unknown>> = {
  $undefined: undefined,
  $function: () => {},
  $symbol: Symbol("s"),
  $large: "x".repeat(16 * 1024 + 1),
  $largeBytes: new Uint8Array(16 * 1024 + 1),
  $long: "é".repeat(62),
  $bytes126: new Uint8Array(126),
  $blob: new Blob(["x"]),
};

export default defineRoute("/misuse", {
  message(peer, message) {
    const [method, ...given] = message.json<[string, ...unknown[]]>();
    const values = given.map((value) => typeof value === "string" && value in SPECIAL ? SPECIAL[value] : value);
    try {
      if (method === "context") peer.context = values[0];
      else (peer as unknown as Record<string, (...values: unknown[]) => void>)[method]?.(...values);
      peer.send("no error");
    } catch (error) {
      peer.send(`${(error as Error).name}: ${(error as Error).message}`);
    }
  },
});
