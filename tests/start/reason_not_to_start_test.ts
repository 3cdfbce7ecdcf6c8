/** Why a server cannot start: for a person, with the code that its process ends with. @module */
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { ListenError, OptionError } from "../../lib/gateway/mod.ts";
import { EXIT, isReason, reasonNotToStart } from "../../lib/start/reason_not_to_start.ts";
import { UnfitError } from "../../lib/workers/mod.ts";

Deno.test("a wrong option ends with 2, and its message is all there is to say", () => {
  const error = new OptionError(["--port: 70000 is no port"]);
  assert(isReason(error));
  assertEquals(reasonNotToStart(error), { message: error.message, code: EXIT.WRONG_OPTION });
});

Deno.test("any other reason ends with 1", () => {
  const error = new ListenError("port 4000 is another's: --port chooses another");
  assert(isReason(error));
  assertEquals(reasonNotToStart(error), { message: error.message, code: EXIT.CANNOT_START });
});

Deno.test("a worker that is unfit ends its parent with what it says", () => {
  const error = new UnfitError({ message: "routes/chat.ts: no default export", code: 2 });
  assertEquals(reasonNotToStart(error), { message: "routes/chat.ts: no default export", code: 2 });
});

Deno.test("the versions that development gives to modules are left out", () => {
  const { message } = reasonNotToStart(new ListenError("file:///routes/chat.ts?v=7: no"));
  assertEquals(message, "file:///routes/chat.ts: no");
});

Deno.test("what is no reason comes with its stack: it is a fault, and has to be found", () => {
  const error = new TypeError("undefined is not a function");
  assertFalse(isReason(error));
  const { message, code } = reasonNotToStart(error);
  assertStringIncludes(message, "reason_not_to_start_test.ts");
  assertEquals(code, EXIT.CANNOT_START);
  assertEquals(reasonNotToStart("thrown as it is"), { message: "thrown as it is", code: EXIT.CANNOT_START });
});
