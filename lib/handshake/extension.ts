/**
 * The extensions a client offers: the grammar of Sec-WebSocket-Extensions. RFC 6455 §9.1.
 *
 * @module
 */
import { HttpError, isToken, quote } from "../http/mod.ts";

/** One parameter of an offer; without a value when it has none. */
export interface ExtensionParam {
  /** A token. */
  readonly name: string;
  /** Unquoted; always a token. */
  readonly value?: string;
}

/** One extension the client would accept, with its parameters in order. */
export interface ExtensionOffer {
  /** A token, `permessage-deflate` for instance. */
  readonly name: string;
  /** In order; a name may come twice, which is for the negotiation to refuse. */
  readonly params: readonly ExtensionParam[];
}

/**
 * Parses the values of all Sec-WebSocket-Extensions fields, in order: earlier offers are preferred.
 *
 * @throws {HttpError} 400 for what the grammar does not allow.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseExtensions } from "./mod.ts";
 *
 * assertEquals(parseExtensions(['permessage-deflate; client_max_window_bits; server_max_window_bits="10"']), [{
 *   name: "permessage-deflate",
 *   params: [{ name: "client_max_window_bits" }, { name: "server_max_window_bits", value: "10" }],
 * }]);
 * ```
 */
export function parseExtensions(values: readonly string[]): ExtensionOffer[] {
  const offers: ExtensionOffer[] = [];
  for (const value of values) new ExtensionScanner(value).readList(offers);
  // RFC 6455 §9.1: extension-list = 1#extension.
  if (values.length > 0 && offers.length === 0) throw malformed("", "it names no extension");
  return offers;
}

/** One walk over one field value. */
class ExtensionScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readList(offers: ExtensionOffer[]): void {
    this.#skipWhitespace();
    while (this.#at < this.#text.length) {
      // RFC 9110 §5.6.1.2: empty list elements are ignored.
      if (this.#text[this.#at] !== ",") offers.push(this.#readExtension());
      if (this.#at < this.#text.length && !this.#skip(",")) {
        throw malformed(this.#text, `a comma or a semicolon is missing at character ${this.#at + 1}`);
      }
    }
  }

  /** RFC 6455 §9.1: extension = extension-token *( ";" extension-param ). */
  #readExtension(): ExtensionOffer {
    const name = this.#readToken();
    const params: ExtensionParam[] = [];
    while (this.#skip(";")) {
      const param = this.#readToken();
      params.push(this.#skip("=") ? { name: param, value: this.#readValue() } : { name: param });
    }
    return { name, params };
  }

  #readValue(): string {
    return this.#text[this.#at] === '"' ? this.#readQuoted() : this.#readToken();
  }

  #readToken(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !DELIMITERS.includes(this.#text[this.#at]!)) this.#at++;
    const token = this.#text.slice(start, this.#at);
    if (!isToken(token)) throw malformed(this.#text, `a name or value is not a token at character ${start + 1}`);
    this.#skipWhitespace();
    return token;
  }

  #readQuoted(): string {
    const start = this.#at++;
    let value = "";
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') {
      if (this.#text[this.#at] === "\\") this.#at++;
      value += this.#text[this.#at++] ?? "";
    }
    if (this.#at >= this.#text.length) throw malformed(this.#text, `the quote at character ${start + 1} has no end`);
    this.#at++;
    // RFC 6455 §9.1: "the value after quoted-string unescaping MUST conform to the 'token' ABNF."
    if (!isToken(value)) throw malformed(this.#text, `the quoted value at character ${start + 1} is not a token`);
    this.#skipWhitespace();
    return value;
  }

  /** Steps over one delimiter and the whitespace after it. */
  #skip(delimiter: string): boolean {
    if (this.#text[this.#at] !== delimiter) return false;
    this.#at++;
    this.#skipWhitespace();
    return true;
  }

  #skipWhitespace(): void {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
  }
}

/** What ends a token within the list. */
const DELIMITERS = ',;=" \t';

function malformed(text: string, why: string): HttpError {
  return new HttpError(400, `Sec-WebSocket-Extensions ${quote(text)} is malformed: ${why}.`);
}
