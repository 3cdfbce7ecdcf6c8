/**
 * The opening handshake, step by step.
 *
 * @module
 */
import type { WireField, WireHandshake } from "../wire.ts";

interface HandshakeProps {
  readonly handshake: WireHandshake;
  readonly extensions: string;
}

/** The steps, folded. */
export function Handshake({ handshake, extensions }: HandshakeProps) {
  if (!handshake.isUpgrade) return <PollRequest handshake={handshake} />;
  const { requestLine, request, key, guid, sha1, accept, responseLine, response, isResponseExact } = handshake;
  return (
    <details class="handshake">
      <summary>
        Handshake <code>{requestLine}</code>
        {extensions !== "" && <code class="extension">{extensions}</code>}
      </summary>
      <div class="pair">
        <div>
          <h3>The request</h3>
          <Head first={requestLine} fields={request} marked="sec-websocket-key" />
        </div>
        <div>
          <h3>The answer</h3>
          <Head first={responseLine} fields={response} marked="sec-websocket-accept" />
          {!isResponseExact && (
            <p class="hint">Made again from the request: fields that the route added are not kept.</p>
          )}
        </div>
      </div>
      <h3>From key to accept (RFC 6455 §4.2.2)</h3>
      <ol class="steps">
        <li>
          Sec-WebSocket-Key, sixteen random bytes in base64 <code>{key}</code>
        </li>
        <li>
          with the GUID of RFC 6455 behind it{" "}
          <code>
            <span>{key}</span>
            <b>{guid}</b>
          </code>
        </li>
        <li>
          SHA-1 of that <code>{sha1}</code>
        </li>
        <li>
          in base64: Sec-WebSocket-Accept <code class="result">{accept}</code>
        </li>
      </ol>
    </details>
  );
}

function PollRequest({ handshake: { requestLine, request } }: Pick<HandshakeProps, "handshake">) {
  return (
    <details class="handshake">
      <summary>
        No handshake: this client polls <code>{requestLine}</code>
      </summary>
      <Head first={requestLine} fields={request} marked="" />
      <p class="hint">Frames to the peer are shown when it has acknowledged them.</p>
    </details>
  );
}

interface HeadProps {
  readonly first: string;
  readonly fields: readonly WireField[];
  readonly marked: string;
}

function Head({ first, fields, marked }: HeadProps) {
  return (
    <pre class="head">
      <b>{first}</b>
      {"\n"}
      {fields.map(([name, value], at) => (
        <span key={at} class={name.toLowerCase() === marked ? "result" : undefined}>
          <i>{name}:</i> {value}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
