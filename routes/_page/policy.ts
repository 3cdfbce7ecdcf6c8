/**
 * The Content-Security-Policy of the pages that ship.
 *
 * @module
 */

/**
 * What a page may load and connect to: its own style and script, and this server.
 *
 * @param host that it was asked of.
 */
export function contentSecurityPolicy(host: string, style: string, script: string): string {
  // Safari before 15.4 does not count `ws:` to 'self'. What could end the directive is no host to name.
  const sockets = /^[\w.-]+(?::\d+)?$/.test(host) ? ` ws://${host} wss://${host}` : "";
  return [
    "default-src 'none'",
    `style-src ${style}`,
    `script-src ${script}`,
    "img-src data:",
    `connect-src 'self'${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
