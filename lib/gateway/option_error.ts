/**
 * The one error for wrong options: all of them at once, each with its source, its value and what is allowed.
 *
 * @module
 */

/** One or more options are wrong. Nothing was started. */
export class OptionError extends TypeError {
  override readonly name = "OptionError";
  /** One sentence each: where it was set, its value, what it must be. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const [first = ""] = problems;
    const lines = problems.map((problem) => `  ${problem}`).join("\n");
    super(problems.length === 1 ? first : `${problems.length} options are wrong:\n${lines}`);
    this.problems = problems;
  }
}
