/**
 * Assertions about what a function throws, what a promise rejects with, and what class a value is of.
 *
 * @module
 */
import { AssertionError } from "./assertion_error.ts";
import { className, format, suffix } from "./format.ts";

/** A class of errors, abstract or not. */
// deno-lint-ignore no-explicit-any -- any constructor will do: it is never called
export type ErrorClassOf<E extends Error> = abstract new (...args: any[]) => E;

/** A class, abstract or not. */
// deno-lint-ignore no-explicit-any -- any constructor will do: it is never called
export type AnyConstructor = abstract new (...args: any[]) => any;

/** Fails unless `fn` throws. Returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an error of this class whose message includes `msgIncludes`. Returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClassOf<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClassOf<E> | string,
  msgIncludesOrMsg?: string,
  msg?: string,
): E | unknown {
  const wanted = expectation(classOrMsg, msgIncludesOrMsg, msg);
  try {
    fn();
  } catch (error) {
    return checkError(error, wanted);
  }
  throw new AssertionError(`Expected function to throw${suffix(wanted.msg)}`);
}

/** Fails unless `fn` returns a promise that rejects. Resolves to what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/**
 * Fails unless `fn` returns a promise that rejects with an error of this class whose message includes `msgIncludes`.
 * Resolves to the error.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClassOf<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClassOf<E> | string,
  msgIncludesOrMsg?: string,
  msg?: string,
): Promise<E | unknown> {
  const wanted = expectation(classOrMsg, msgIncludesOrMsg, msg);
  let promise: unknown;
  try {
    promise = fn();
  } catch (cause) {
    throw new AssertionError(`Function throws when expected to reject${suffix(wanted.msg)}`, { cause });
  }
  if (!isThenable(promise)) {
    throw new AssertionError(`Function throws when expected to reject${suffix(wanted.msg)}`);
  }
  try {
    await promise;
  } catch (error) {
    return checkError(error, wanted);
  }
  throw new AssertionError(`Expected function to reject${suffix(wanted.msg)}`);
}

/** Fails unless `error` is an error, of this class and with this in its message where they are given. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClassOf<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${suffix(msg)}`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${className(error)}"${suffix(msg)}`,
      { cause: error },
    );
  }
  const isMatch = typeof msgMatches === "string" ? error.message.includes(msgMatches) : msgMatches?.test(error.message);
  if (isMatch === false) {
    throw new AssertionError(
      `Expected error message to include ${format(msgMatches)}, but got ${format(error.message)}${suffix(msg)}`,
      { cause: error },
    );
  }
}

/** Fails unless `actual` is an instance of the class. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was "${className(actual)}"${suffix(msg)}`,
  );
}

interface Expectation<E extends Error> {
  readonly ErrorClass: ErrorClassOf<E> | undefined;
  readonly msgIncludes: string | undefined;
  readonly msg: string | undefined;
}

function expectation<E extends Error>(
  classOrMsg: ErrorClassOf<E> | string | undefined,
  msgIncludesOrMsg: string | undefined,
  msg: string | undefined,
): Expectation<E> {
  if (typeof classOrMsg === "string") return { ErrorClass: undefined, msgIncludes: undefined, msg: classOrMsg };
  return { ErrorClass: classOrMsg, msgIncludes: msgIncludesOrMsg, msg };
}

function checkError<E extends Error>(error: unknown, wanted: Expectation<E>): unknown {
  if (wanted.ErrorClass === undefined) return error;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was thrown or rejected${suffix(wanted.msg)}`, { cause: error });
  }
  assertIsError(error, wanted.ErrorClass, wanted.msgIncludes, wanted.msg);
  return error;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
