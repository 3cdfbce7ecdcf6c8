/**
 * TLS on connections that are ours, with a certificate that may change.
 *
 * @module
 */
export { type Certificate, CertificateError, type Tls } from "./certificate.ts";
export { type CertificateReport, checkCertificate } from "./certificate_report.ts";
export { CertificateWatch } from "./certificate_watch.ts";
export { type TlsFault, TlsStream } from "./tls_stream.ts";
