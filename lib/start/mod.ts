/**
 * What is asked before a server starts, or in place of that.
 *
 * @module
 */
export { check, type Checked, type CheckResult } from "./check.ts";
export { EXIT, isReason, type ReasonNotToStart, reasonNotToStart } from "./reason_not_to_start.ts";
