/** `/echo`, as it ships. @module */
export { default } from "../../../routes/echo.ts";
