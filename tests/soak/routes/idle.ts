/**
 * `/idle`: nobody says anything here.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/idle", { message() {} });
