/**
 * TLS on connections that are ours, with a certificate that may change.
 *
 * @module
 */
export { CertificateError, type Tls } from "./certificate.ts";
export { CertificateWatch } from "./certificate_watch.ts";
export { type TlsFault, TlsStream } from "./tls_stream.ts";
