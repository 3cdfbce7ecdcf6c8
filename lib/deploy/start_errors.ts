/**
 * Reasons not to start that lie in deployments, their places and their listener: each says what is wrong, for a person.
 *
 * @module
 */
import { AdminListenError } from "./admin_listener.ts";
import { TokenError } from "./admin_tokens.ts";
import { PlaceError } from "./code_runtimes.ts";
import { ConfigError } from "./config.ts";
import { DataDirError } from "./deployment_store.ts";
import { PlacementError } from "./placement.ts";
import { PluginError } from "./plugin.ts";
import { StartError } from "./starting.ts";

/** Their classes. */
export const DEPLOY_START_ERRORS = [
  AdminListenError,
  ConfigError,
  DataDirError,
  PlaceError,
  PlacementError,
  PluginError,
  StartError,
  TokenError,
] as const;
