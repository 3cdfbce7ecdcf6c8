/** The shipped `/echo`, beside the routes that misbehave. @module */
export { default } from "../../../routes/echo.ts";
