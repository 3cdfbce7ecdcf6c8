/**
 * The public contract of schemas: the part of the Standard Schema interface that Sockeye calls. Types only.
 *
 * @module
 */

/**
 * The part of the Standard Schema interface (version 1) that Sockeye calls. Schemas of zod, valibot and arktype
 * satisfy it as they are.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** Where the interface keeps its parts, out of the way of the library's own. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
      // deno-lint-ignore no-explicit-any -- libraries add a second, optional parameter of their own
      ...rest: any[]
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema answers: the value it made, or the issues it found. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<SchemaIssue> };

/** One issue of a failed validation. */
export interface SchemaIssue {
  /** What is wrong, for a person. */
  readonly message: string;
  /** Where it is, from the outside in. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** The value type a schema produces. */
export type SchemaOutput<Schema> = Schema extends
  { readonly "~standard": { readonly types?: { readonly output: infer Output } | undefined } } ? Output
  : unknown;
