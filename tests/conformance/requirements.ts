/**
 * Every requirement of RFC 6455 that binds a server, or an endpoint on either side, with the test that shows that it is
 * kept. What binds clients, intermediaries and authors of extensions only is not here.
 *
 * @module
 */
import { BY, type TestPlace } from "./tests_by_name.ts";

/** As the RFC writes it; in lower case it is prose, and kept all the same. */
export type Level = "MUST" | "MUST NOT" | "must" | "must not";

/** One requirement: shown by a test, or kept by the way the server is built. */
export type Requirement =
  & {
    /** `§5.1-2`: the section, and a running number within it. */
    readonly id: string;
    readonly level: Level;
    readonly requirement: string;
  }
  & ({ readonly shownBy: TestPlace } | { readonly how: string });

type Row = readonly [level: Level, requirement: string, shown: TestPlace | string];

/** The rows, in the order of the RFC. A text in a test's place says how it is kept without one. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...section("§4.2.1", [
    ["must", "parse what of the client's handshake the answer needs", BY.accepted],
    [
      "MUST",
      'answer what does not match the description with an error such as 400, and "stop processing"',
      BY.malformed,
    ],
    ["MUST", "take Upgrade and Connection as lists, without regard to case", BY.anyCase],
    ["MUST", "take the absolute form of the target too", BY.absoluteTarget],
    ["MUST", "ignore fields it does not know", BY.unknownFields],
  ]),
  ...section("§4.2.2", [
    ["MUST", "take all steps of the server's handshake before it accepts", BY.accepted],
    [
      "MUST",
      "on an HTTPS port, send everything through the TLS tunnel",
      "With --cert everything goes through the tunnel, and HTTP in the clear is refused: these tests run over it too (deno task test:tls).",
    ],
    ["MUST", "answer an origin it does not accept with an HTTP error such as 403, and abort", BY.origin],
    ["MUST", "answer a version it does not understand with an error and Sec-WebSocket-Version", BY.version],
    ["MUST", "answer a resource it does not have with an error such as 404, and abort", BY.noResource],
    ["MUST", "choose the subprotocol among those the client offered", BY.subprotocol],
    ["MUST NOT", "send Sec-WebSocket-Protocol when it agrees to none", BY.noSubprotocol],
    ["MUST", "not let a route choose what was not offered", BY.subprotocolNotOffered],
    ["MUST", "choose extensions among those the client offered", BY.noExtension],
    ["MUST NOT", "list an extension that the client did not list", BY.noExtension],
    ["MUST", "accept with status 101, Upgrade, Connection and the right Sec-WebSocket-Accept", BY.accepted],
    ["MUST", "make Sec-WebSocket-Accept of key and GUID by SHA-1 and base64", BY.acceptKey],
  ]),
  ...section("§4.3", [
    ["MUST", "take an extension's quoted value for wrong unless it is a token when unquoted", BY.malformed],
  ]),
  ...section("§4.4", [
    ["MUST", "name all versions it is willing to use when asked for another", BY.version],
  ]),
  ...section("§5.1", [
    ["MUST", "close the connection on a frame that is not masked", BY.notMasked],
    ["MUST NOT", "mask frames it sends", BY.serverNotMasked],
  ]),
  ...section("§5.2", [
    ["MUST", "send reserved bits as 0 without an extension that defines them", BY.serverNoRsv],
    ["MUST", "fail the connection on a reserved bit that no extension defines", BY.rsv],
    ["MUST", "fail the connection on an unknown opcode", BY.opcode],
    ["MUST", "take a 64-bit length with its highest bit set for wrong", BY.lengthNegative],
    ["MUST", "send lengths in their shortest form", BY.lengths],
    ["MUST", "take a length that is not in its shortest form for wrong", BY.lengthNotMinimal],
    ["MUST", "send a 64-bit length without losing a bit, the highest being 0", BY.longLengths],
  ]),
  ...section("§5.4", [
    ["must not", "depend on where frames begin and end, as sender or receiver", BY.rechunking],
    ["MUST NOT", "take a fragmented control frame", BY.controlFragmented],
    [
      "MUST NOT",
      "fragment control frames it sends",
      "Every frame the server sends is written with FIN set: WriteBuffer has no way to write one without.",
    ],
    ["MUST", "deliver fragments in the order they were sent in", BY.fragments],
    ["MUST NOT", "take fragments of one message between those of another", BY.interleaved],
    ["MUST", "handle control frames in the middle of a fragmented message", BY.controlBetween],
    ["MUST", "receive messages in one frame and in many", BY.nextMessage],
    ["MUST", "give all fragments of a message the type of the first", BY.fragments],
    ["MUST", "take a continuation of nothing for wrong", BY.strayContinuation],
  ]),
  ...section("§5.5", [
    ["MUST", "take control frames of more than 125 bytes for wrong", BY.controlTooLong],
    ["MUST", "send no Close of more than 125 bytes", BY.closePayload],
    ["MUST", "send no ping of more than 125 bytes", BY.pingLimit],
  ]),
  ...section("§5.5.1", [
    ["MUST", "begin the body of a Close with a code of two bytes, and take one byte for wrong", BY.closeOneByte],
    ["must", "take a client's Close that is not masked for wrong", BY.notMasked],
    ["MUST NOT", "send data frames after a Close frame", BY.afterOwnClose],
    ["MUST", "answer a Close with a Close, unless it has sent one", BY.closeAnswered],
    ["MUST", "close TCP once both Close frames have passed, as a server at once", BY.serverCloses],
    ["MUST", "close TCP as well when both sides close at once", BY.bothClose],
  ]),
  ...section("§5.5.2", [
    ["MUST", "answer a ping with a pong", BY.pong],
    ["MUST", "answer pings until it has received a Close, also after sending one", BY.afterOwnClose],
  ]),
  ...section("§5.5.3", [
    ["must", "give a pong the application data of its ping", BY.pong],
  ]),
  ...section("§5.6", [
    ["MUST", "take a text message for wrong that is not UTF-8 as a whole", BY.notUtf8],
    ["MUST", "send text as UTF-8, whatever the route's string holds", BY.loneSurrogate],
  ]),
  ...section("§5.8", [
    ["MUST", "use extensions only as agreed on in the handshake", BY.serverNoRsv],
  ]),
  ...section("§6.1", [
    ["MUST", "send only while the connection is open, and stop when it no longer is", BY.noSendAfterClose],
    ["MUST", "put what it sends into frames as §5.2 has them", BY.wireExamples],
    ["MUST", "give the first frame the opcode of the data's type", BY.lengths],
    ["MUST", "set FIN in the last frame of a message", BY.fragments],
    ["MUST", "transmit what it has formed, whatever a write takes at a time", BY.partialWrites],
  ]),
  ...section("§6.2", [
    ["MUST", "parse what arrives as frames", BY.cutEverywhere],
    ["MUST", "handle control frames as §5.5 says", BY.controlBetween],
    ["MUST", "note a message's type from the opcode of its first frame", BY.fragments],
    ["MUST", "take the data frame after a message's last for a new message", BY.nextMessage],
    ["MUST", "remove the masking of what a client sends", BY.unmasked],
  ]),
  ...section("§7.1.2", [
    ["MUST", "start the closing handshake with a Close that has the code and reason asked for", BY.serverCloses],
  ]),
  ...section("§7.1.7", [
    ["MUST", "close the connection that it fails", BY.notMasked],
    [
      "MUST NOT",
      "process what the client still sends, a Close included, after failing the connection",
      BY.afterFailing,
    ],
  ]),
  ...section("§7.2.2", [
    ["MUST", "abort a handshake by closing the connection", BY.refusalCloses],
  ]),
  ...section("§7.4.1", [
    ["MUST NOT", "send 1005 in a Close frame", BY.codeNotSent],
    ["MUST NOT", "send 1006 in a Close frame", BY.codeNotSent],
    ["MUST NOT", "send 1015 in a Close frame", BY.codeNotSent],
    ["MUST NOT", "send any of the three for a fault of the client's", BY.violationCodes],
    ["MUST NOT", "put 1006 on the wire when it drops a connection", BY.never1006],
    ["MUST NOT", "take any of the three in a client's Close frame", BY.codeRefused],
  ]),
  ...section("§8.1", [
    ["MUST", "fail the connection on text that is not UTF-8", BY.notUtf8],
    ["MUST", "fail the connection on a close reason that is not UTF-8", BY.reason],
    ["MUST", "do so during the opening handshake as well", BY.malformed],
  ]),
  ...section("§9", [
    ["MUST NOT", "answer with an extension that was not asked for", BY.noExtension],
    [
      "MUST",
      "choose an extension's parameters as its specification says",
      "No extension is accepted, so no parameter is sent.",
    ],
  ]),
  ...section("§9.1", [
    ["MUST", "fail at once on an extension list that breaks the grammar", BY.malformed],
    ["MUST", "use registered extension names only", "No extension is accepted, so no name is sent."],
    [
      "MUST",
      "use only parameters that are defined for the extension",
      "No extension is accepted, so no parameter is sent.",
    ],
  ]),
  ...section("§10.1", [
    ["must", "expect to be talked to in ways no browser would", BY.arbitraryBytes],
  ]),
  ...section("§10.4", [
    ["MUST", "protect itself against frames and messages above its limits", BY.tooBig],
    ["MUST", "protect itself against floods of small fragments", BY.tooManyFragments],
  ]),
  ...section("§10.6", [
    [
      "MUST",
      "support TLS",
      "With --cert it does: these tests run over it too (deno task test:tls). Behind a proxy that ends TLS, its X-Forwarded-Proto tells routes.",
    ],
  ]),
  ...section("§10.7", [
    ["MUST", "always validate what arrives", BY.everyViolation],
  ]),
  ...section("§11.3.1", [
    ["MUST NOT", "take a request with more than one Sec-WebSocket-Key", BY.malformed],
  ]),
  ...section("§11.3.2", [
    ["MUST NOT", "send Sec-WebSocket-Extensions more than once", BY.noExtension],
  ]),
  ...section("§11.3.3", [
    ["MUST NOT", "send Sec-WebSocket-Accept more than once", BY.accepted],
  ]),
  ...section("§11.3.4", [
    ["MUST NOT", "send Sec-WebSocket-Protocol more than once", BY.subprotocol],
  ]),
  ...section("§11.3.5", [
    ["MUST NOT", "take a request with more than one Sec-WebSocket-Version", BY.malformed],
  ]),
];

function section(name: string, rows: readonly Row[]): readonly Requirement[] {
  return rows.map(([level, requirement, shown], index) => ({
    id: `${name}-${index + 1}`,
    level,
    requirement,
    ...(typeof shown === "string" ? { how: shown } : { shownBy: shown }),
  }));
}
