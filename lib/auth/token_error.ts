/**
 * Why a token is refused, in words that hold nothing of it.
 *
 * @module
 */

/** Which rule a token broke. */
export type TokenFault =
  | "malformed"
  | "too-long"
  | "algorithm"
  | "key"
  | "signature"
  | "expired"
  | "not-yet"
  | "issuer"
  | "audience"
  | "claim"
  | "subject"
  | "not-allowed";

const SENTENCES: Readonly<Record<TokenFault, string>> = {
  malformed: "the token is not a signed JWT",
  "too-long": "the token is too long",
  algorithm: "the token is signed in a way that is not allowed here",
  key: "the key that the token is signed with is not known",
  signature: "the signature of the token is wrong",
  expired: "the token has expired",
  "not-yet": "the token is not valid yet",
  issuer: "the token is not from an issuer that is trusted here",
  audience: "the token is not for this server",
  claim: "the token lacks a claim, or has one of the wrong type",
  subject: "the token is about somebody else than the one before",
  "not-allowed": "who has the token may not come in here",
};

/** A token is not good. The message is for logs and clients: it holds nothing of the token. */
export class TokenError extends Error {
  /** Always `TokenError`. */
  override readonly name = "TokenError";
  /** Which rule. */
  readonly fault: TokenFault;

  /** Made where a rule is broken. */
  constructor(fault: TokenFault) {
    super(SENTENCES[fault]);
    this.fault = fault;
  }
}

/** The keys that tokens are checked with cannot be had: nobody's token is at fault. */
export class KeySetError extends Error {
  /** Always `KeySetError`. */
  override readonly name = "KeySetError";
}
