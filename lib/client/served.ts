/**
 * The modules of the client, as a server gives them to browsers.
 *
 * @module
 */
import { CLIENT_BUNDLE, CLIENT_BUNDLE_HASH } from "./bundle.ts";
import { POLL_BUNDLE, POLL_BUNDLE_HASH } from "./poll_bundle.ts";

/** By the names that they import each other by, with their entity tags (RFC 9110 §8.8.3). */
export const CLIENT_MODULES = [
  { name: "client.js", text: CLIENT_BUNDLE, etag: `"${CLIENT_BUNDLE_HASH}"` },
  { name: "poll.js", text: POLL_BUNDLE, etag: `"${POLL_BUNDLE_HASH}"` },
] as const;
