/**
 * The tests that show requirements of the RFC, each under a short name.
 *
 * @module
 */

/** Where a test is. */
export interface TestPlace {
  /** Relative to `tests/`. */
  readonly file: string;
  /** Name of the test, or of its step, as a run shows it. */
  readonly name: string;
}

function inFile<Key extends string>(
  file: string,
  names: Readonly<Record<Key, string>>,
): Readonly<Record<Key, TestPlace>> {
  const places = Object.entries<string>(names).map(([key, name]) => [key, { file, name }]);
  return Object.fromEntries(places);
}

/** The tests, by short name. */
export const BY = {
  ...inFile("conformance/handshake_test.ts", {
    accepted: "the example's key is answered with 101, Upgrade, Connection and the example's accept value",
    malformed: "every malformed handshake is answered with an HTTP error and not processed further",
    anyCase: "field names, websocket and upgrade are taken in any case, among others, over repeated fields",
    absoluteTarget: "the request target may be an absolute http URI with the resource name",
    unknownFields: "unknown fields, cookies and credentials are ignored",
    origin: "an origin that is not allowed is answered with 403, the server's own and none are not",
    version: "a version that is not understood is answered with an error and the one that is",
    noResource: "a resource that is not there is answered with 404",
    subprotocol: "a subprotocol is one of those offered, in one field, also when offered over several",
    noSubprotocol: "without a subprotocol to agree on there is no such field in the answer",
    subprotocolNotOffered: "a route that chooses a subprotocol that was not offered gets no 101",
    noExtension: "no extension is named that was not offered, nor one that is not known",
    refusalCloses: "after a refusal that ends the connection the server closes TCP",
  }),
  ...inFile("handshake/accept_key_test.ts", {
    acceptKey: "acceptKey agrees with Web Crypto's SHA-1 of key and GUID, call after call (RFC 6455 §4.2.2)",
  }),
  ...inFile("conformance/framing_test.ts", {
    notMasked: "a frame that is not masked ends the connection with 1002, whatever its opcode",
    serverNotMasked: "no frame of the server's is masked: text, binary, pong, ping, close",
    serverNoRsv: "no frame of the server's has a reserved bit",
    rsv: "a reserved bit ends the connection with 1002, whichever and whatever the opcode",
    opcode: "an unknown opcode ends the connection with 1002, also inside a message and without FIN",
    lengthNegative: "a 64-bit length with its most significant bit set ends the connection with 1002",
    lengths: "lengths of all three forms are read in network byte order and sent in the shortest",
    lengthNotMinimal: "a length that is not in its shortest form ends the connection with 1002",
    controlFragmented: "a fragmented control frame ends the connection with 1002",
    fragments: "fragments of any size make one message, of the type of the first",
    interleaved: "a new message inside a fragmented one ends the connection with 1002",
    controlBetween: "control frames between fragments are acted on at once and belong to no message",
    nextMessage: "the frame behind a message begins the next",
    strayContinuation: "a continuation without a beginning ends the connection with 1002",
    controlTooLong: "a control frame above 125 bytes ends the connection with 1002",
    pong: "a pong has the bytes of its ping, from 0 to 125 of them, in order",
    notUtf8: "text that is not UTF-8 ends the connection with 1007, whole and in fragments",
    cutEverywhere: "a stream cut at every byte is the same stream",
    unmasked: "a payload is unmasked with the key of its own frame",
    tooBig: "a message above the limit ends the connection with 1009, in one frame, in many, and announced",
    tooManyFragments: "a message of too many fragments ends the connection with 1009",
  }),
  ...inFile("frame/header_test.ts", {
    longLengths: "writeHeader writes lengths above 2^32 without losing a bit (RFC 6455 §5.2)",
  }),
  ...inFile("property/receiver_chunking_test.ts", {
    rechunking: "any re-chunking of a valid stream gives the same events, wherever in its buffer a chunk lies",
  }),
  ...inFile("frame/close_frame_test.ts", {
    closePayload: "encodeClosePayload fills a control frame to its 125 bytes and not beyond (RFC 6455 §5.5)",
  }),
  ...inFile("runtime/inline_peer_test.ts", {
    pingLimit: "InlinePeer.ping takes 125 bytes, and close a reason of 123 (RFC 6455 §5.5)",
  }),
  ...inFile("conformance/closing_test.ts", {
    closeOneByte: "a Close of one byte ends the connection with 1002",
    afterOwnClose: "after its own Close the server sends no data, delivers none, and answers pings until the client's",
    closeAnswered: "a Close is answered with a Close of the same code, and the server closes TCP",
    serverCloses: "the server starts the handshake with code and reason, and closes TCP when it is answered",
    bothClose: "both sides closing at once send one Close each",
    afterFailing: "after failing a connection the server looks at nothing more, a Close included",
    codeRefused: "a code that must not be in a Close frame ends the connection with 1002",
    codeNotSent: "a code that must not be sent is refused to the route, which ends the connection with 1011",
    reason: "a reason of 123 bytes is taken, one that is not UTF-8 ends the connection with 1007",
  }),
  ...inFile("frame/text_encoder_test.ts", {
    loneSurrogate: "encodeText writes a lone surrogate as U+FFFD, so that what goes out is always UTF-8",
  }),
  ...inFile("protocol/server_protocol_test.ts", {
    noSendAfterClose: "ServerProtocol sends no data after a Close frame of either side (RFC 6455 §5.5.1)",
    never1006: "ServerProtocol.fail counts once, and never puts 1006 on the wire (RFC 6455 §7.4.1)",
  }),
  ...inFile("vectors/rfc6455_test.ts", {
    wireExamples: "RFC 6455 §5.7: WriteBuffer writes the server's examples",
  }),
  ...inFile("frame/write_buffer_test.ts", {
    partialWrites: "WriteBuffer carries frames of every size in order, whatever the operating system takes at a time",
  }),
  ...inFile("frame/violation_test.ts", {
    violationCodes: "every violation has a close code a server may send, or 1006 for dropping the connection",
  }),
  ...inFile("property/receiver_bounds_test.ts", {
    arbitraryBytes:
      "arbitrary bytes cause only ProtocolError, and hold at most maxMessageBytes and four times what arrived",
  }),
  ...inFile("vectors/violations_test.ts", {
    everyViolation: "every violation that frames can cause has a stream that causes it",
  }),
} as const;
