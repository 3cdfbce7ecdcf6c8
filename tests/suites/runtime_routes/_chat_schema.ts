/** A Standard Schema by hand: `{ text: string }`, or bytes; made to fail or to wait by what the text says. */
import type { SchemaResult, StandardSchema } from "sockeye";

export type Chat = { readonly text: string } | { readonly byteLength: number };

export const chatSchema: StandardSchema<unknown, Chat> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      if (value instanceof Uint8Array) return { value: { byteLength: value.byteLength } };
      const result = validate(value);
      const text = (value as { readonly text?: unknown } | null)?.text;
      if (text === "fail") throw new Error("the schema failed");
      return text === "later" || text === 7 ? Promise.resolve(result) : result;
    },
  },
};

function validate(value: unknown): SchemaResult<Chat> {
  const text = (value as { readonly text?: unknown } | null)?.text;
  if (typeof text !== "string") return { issues: [{ message: "must be a string", path: ["text"] }] };
  return { value: { text: text.toUpperCase() } };
}
