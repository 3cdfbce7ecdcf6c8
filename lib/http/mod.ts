/**
 * HTTP/1.1, pure and synchronous: heads of requests and of responses, bodies, what a server answers.
 *
 * @module
 */
export { type Authority, isAuthority, isIpv4, parseAuthority } from "./authority.ts";
export { BodyDecoder } from "./body.ts";
export { type BodyFraming, bodyFraming } from "./body_framing.ts";
export { type FieldLine, FieldLines, readFieldLines } from "./field_lines.ts";
export { checkField, hasToken, isToken, parseTokenList, validFieldName, validFieldValue } from "./field_value.ts";
export { HttpError } from "./http_error.ts";
export { wantsKeepAlive } from "./persistence.ts";
export { type ProxiedSource, ProxyHeader, ProxyHeaderError } from "./proxy_header.ts";
export { quote } from "./quote.ts";
export {
  findHeadEnd,
  headTooLarge,
  leadingCrlf,
  MAX_TARGET_BYTES,
  parseRequestHead,
  type RequestHead,
  type RequestLimits,
} from "./request.ts";
export { parseRequestTarget } from "./request_target.ts";
export { parseResponseHead, type ResponseHead } from "./response_head.ts";
export {
  encodeChunk,
  encodeResponseHead,
  encodeTextResponse,
  LAST_CHUNK,
  STATUS_TEXT,
  type TextResponse,
} from "./response.ts";
