/**
 * SHA-1 of short inputs, without an allocation. RFC 3174.
 *
 * The handshake is the only place that needs it, for 60 bytes at a time: a hash object of `node:crypto` takes 4.9 µs for
 * those with the base64 of the digest, and leaves garbage with a finalizer; this takes 1.4 µs. It proves that a server
 * speaks WebSocket (RFC 6455 §10.8), and nothing rests on its strength.
 *
 * @module
 */

/** The message schedule, reused. */
const words = new Int32Array(80);

/**
 * Writes the digest of `padded`, which {@linkcode padSha1} has prepared.
 *
 * @param digest gets the five words of the digest, in order.
 */
export function sha1(padded: Uint8Array, digest: Int32Array): void {
  // RFC 3174 §6.1.
  digest[0] = 0x67452301;
  digest[1] = 0xefcdab89;
  digest[2] = 0x98badcfe;
  digest[3] = 0x10325476;
  digest[4] = 0xc3d2e1f0;
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
    schedule(padded, at);
    compress(digest);
  }
}

/**
 * A message of this length with its padding behind it; the message's own bytes are zeros yet, and may be written again
 * and again. RFC 3174 §4.
 */
export function padSha1(byteLength: number): Uint8Array<ArrayBuffer> {
  // "1" and the length's eight bytes behind the message, rounded up.
  const padded = new Uint8Array(Math.ceil((byteLength + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  padded[byteLength] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, byteLength * 8);
  return padded;
}

const BLOCK_BYTES = 64;

/** RFC 3174 §6.1, steps a and b. */
function schedule(padded: Uint8Array, start: number): void {
  for (let t = 0, at = start; t < 16; t++, at += 4) {
    words[t] = padded[at]! << 24 | padded[at + 1]! << 16 | padded[at + 2]! << 8 | padded[at + 3]!;
  }
  for (let t = 16; t < 80; t++) {
    const word = words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!;
    words[t] = word << 1 | word >>> 31;
  }
}

/** RFC 3174 §6.1, steps c to e; its functions f and constants K of §5 in four loops. */
function compress(digest: Int32Array): void {
  let a = digest[0]!;
  let b = digest[1]!;
  let c = digest[2]!;
  let d = digest[3]!;
  let e = digest[4]!;
  let next = 0;
  for (let t = 0; t < 20; t++) {
    next = (a << 5 | a >>> 27) + (d ^ (b & (c ^ d))) + e + words[t]! + 0x5a827999 | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = next;
  }
  for (let t = 20; t < 40; t++) {
    next = (a << 5 | a >>> 27) + (b ^ c ^ d) + e + words[t]! + 0x6ed9eba1 | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = next;
  }
  for (let t = 40; t < 60; t++) {
    next = (a << 5 | a >>> 27) + ((b & c) | (d & (b | c))) + e + words[t]! + 0x8f1bbcdc | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = next;
  }
  for (let t = 60; t < 80; t++) {
    next = (a << 5 | a >>> 27) + (b ^ c ^ d) + e + words[t]! + 0xca62c1d6 | 0;
    e = d, d = c, c = b << 30 | b >>> 2, b = a, a = next;
  }
  digest[0] = digest[0]! + a;
  digest[1] = digest[1]! + b;
  digest[2] = digest[2]! + c;
  digest[3] = digest[3]! + d;
  digest[4] = digest[4]! + e;
}
