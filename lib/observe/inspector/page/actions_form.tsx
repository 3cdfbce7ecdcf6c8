/**
 * What can be done to a connection: send a message, send a frame that breaks a rule, close.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { BAD_FRAME_KINDS, type BadFrameName } from "../bad_frame_kinds.ts";
import { order } from "./streams.tsx";

/** The three forms. */
export function Actions({ id }: { readonly id: string }) {
  const path = `api/connections/${encodeURIComponent(id)}`;
  return (
    <section class="actions" aria-label="Act on the connection">
      <SendForm path={path} />
      <FrameForm path={path} />
      <CloseForm path={path} />
    </section>
  );
}

interface FormProps {
  readonly path: string;
}

interface OrderFormProps {
  readonly title: string;
  readonly button: string;
  /** @returns a path and what to ask for there. */
  readonly what: () => readonly [path: string, order: unknown];
  readonly children: ComponentChildren;
}

/** A form that asks the server for something, and says what came of it. */
function OrderForm({ title, button, what, children }: OrderFormProps) {
  const [said, setSaid] = useState<{ readonly text: string; readonly isFault: boolean }>();
  const submit = (event: Event): void => {
    event.preventDefault();
    order(...what()).then(
      () => setSaid({ text: "done", isFault: false }),
      (error: Error) => setSaid({ text: error.message, isFault: true }),
    );
  };
  return (
    <form onSubmit={submit}>
      <fieldset>
        <legend>{title}</legend>
        {children}
        <div class="line">
          <button type="submit" class="primary">{button}</button>
          <span role="status" class={said?.isFault === true ? "fault" : "hint"}>{said?.text}</span>
        </div>
      </fieldset>
    </form>
  );
}

function SendForm({ path }: FormProps) {
  const [kind, setKind] = useState<"text" | "hex">("text");
  const [text, setText] = useState("");
  return (
    <OrderForm title="Send a message to the peer" button="Send" what={() => [`${path}/send`, { [kind]: text }]}>
      <select
        aria-label="Kind of message"
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as "text" | "hex")}
      >
        <option value="text">text</option>
        <option value="hex">binary, in hex</option>
      </select>
      <textarea
        rows={2}
        aria-label="Message"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </OrderForm>
  );
}

function FrameForm({ path }: FormProps) {
  const [kind, setKind] = useState<BadFrameName | "raw">("reservedOpcode");
  const [hex, setHex] = useState("81 02 68 69");
  const rule = kind === "raw" ? "Any bytes, as they go over the wire." : `Breaks ${BAD_FRAME_KINDS[kind].rule}.`;
  return (
    <OrderForm
      title="Send a bad frame to the peer"
      button="Send the frame"
      what={() => [`${path}/frame`, kind === "raw" ? { hex } : { kind }]}
    >
      <select
        aria-label="Kind of frame"
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as BadFrameName | "raw")}
      >
        {Object.entries(BAD_FRAME_KINDS).map(([name, { label }]) => <option key={name} value={name}>{label}</option>)}
        <option value="raw">raw bytes, in hex</option>
      </select>
      {kind === "raw" && (
        <textarea
          rows={2}
          aria-label="Bytes in hex"
          spellcheck={false}
          value={hex}
          onInput={(event) => setHex(event.currentTarget.value)}
        />
      )}
      <p class="hint">{rule}</p>
    </OrderForm>
  );
}

function CloseForm({ path }: FormProps) {
  const [code, setCode] = useState("1000");
  const [reason, setReason] = useState("");
  return (
    <OrderForm
      title="Close with a code"
      button="Close it"
      what={() => [`${path}/close`, { code: Number(code), reason }]}
    >
      <label>
        Code
        <input
          inputMode="numeric"
          value={code}
          autocomplete="off"
          onInput={(event) => setCode(event.currentTarget.value)}
        />
      </label>
      <label>
        Reason
        <input value={reason} autocomplete="off" onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </OrderForm>
  );
}
