/**
 * What is asked of a deployment: the JSON body of an admin request.
 *
 * @module
 */
import { RequestError } from "./request_error.ts";

/** What may be asked. */
export interface Order {
  /** Of the peers, above 0 and below 1: as a canary. */
  readonly share?: number;
  readonly allowRemoval?: boolean;
  readonly insist?: boolean;
  /** Of a deployment. */
  readonly name?: string;
}

const MAX_ORDER_BYTES = 4096;

const RULES: Readonly<Record<keyof Order, readonly [isRight: (value: unknown) => boolean, what: string]>> = {
  share: [(value) => typeof value === "number" && value > 0 && value < 1, "a number above 0 and below 1"],
  allowRemoval: [(value) => typeof value === "boolean", "true or false"],
  insist: [(value) => typeof value === "boolean", "true or false"],
  name: [(value) => typeof value === "string", "the name of a deployment"],
};

/**
 * Reads an order; no body is an empty one.
 *
 * @param fields that it may have.
 * @throws {RequestError} 400, 413 or 415.
 */
export async function readOrder<Field extends keyof Order>(
  request: Request,
  fields: readonly Field[],
): Promise<Pick<Order, Field>> {
  const text = await textOf(request);
  if (text === "") return {} as Pick<Order, Field>;
  // A form that a page sends has another type.
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new RequestError(415, "an order is JSON: content-type: application/json");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RequestError(400, "the body is not JSON", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RequestError(400, "the body must be a JSON object");
  }
  for (const [name, given] of Object.entries(value)) {
    if (!fields.some((field) => field === name)) {
      throw new RequestError(400, `${JSON.stringify(name)} is unknown here: known are ${fields.join(", ")}`);
    }
    const [isRight, what] = RULES[name as keyof Order];
    if (!isRight(given)) throw new RequestError(400, `${name} must be ${what}, not ${JSON.stringify(given)}`);
  }
  return value as Pick<Order, Field>;
}

async function textOf(request: Request): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of request.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ORDER_BYTES) {
      throw new RequestError(413, `an order has ${MAX_ORDER_BYTES} characters at most`);
    }
  }
  return text.trim();
}
