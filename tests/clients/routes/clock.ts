/** `/clock`, as it ships. @module */
export { default } from "../../../routes/clock.ts";
