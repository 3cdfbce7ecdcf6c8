/**
 * The fenced code blocks of a Markdown text.
 *
 * @module
 */

/** One block. */
export interface CodeBlock {
  /** What stands behind the fence: `ts`, `sh`, `js`, or nothing. */
  readonly language: string;
  readonly code: string;
  /** The last heading above it, without its hashes. */
  readonly heading: string;
}

/** All blocks, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const pieces = /^#+ (.+)$|^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm;
  let heading = "";
  for (const [, title, language = "", code] of markdown.matchAll(pieces)) {
    if (title !== undefined) heading = title;
    else blocks.push({ language, code: code ?? "", heading });
  }
  return blocks;
}
