/**
 * Runs the cases of the Web API with Node's own WebSocket, or with undici's, which is the same code, where Node is
 * older than 22. `node node_client.mjs SHIPPED LAB` prints one outcome a line.
 *
 * @module
 */
import process from "node:process";
import { runWebApiCases } from "./web_api_suite.js";

const WebSocketClass = globalThis.WebSocket ?? (await import("undici")).WebSocket;
const [shipped, lab] = process.argv.slice(2);
// undici's decoder takes a leading U+FEFF for a byte order mark.
const outcomes = await runWebApiCases(WebSocketClass, { shipped, lab }, { keepsBom: false });
// A case that failed may have left its connections open, which would keep Node running.
process.stdout.write(outcomes.map((outcome) => JSON.stringify(outcome) + "\n").join(""), () => process.exit());
