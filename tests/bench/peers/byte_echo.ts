/**
 * The floor of every server on Deno: a bare byte echo, one read and one write for each round trip, nothing else.
 *
 * `--buffer=BYTES` is what each connection reads into: 64 KiB, so that a long message takes few reads, or little where
 * the memory of connections that are silent is measured.
 *
 * @module
 */
const bufferBytes = Number(/^--buffer=(\d+)$/.exec(Deno.args[0] ?? "")?.[1] ?? 64 * 1024);
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 });
console.log(`listens on 127.0.0.1:${listener.addr.port}`);

for (;;) {
  try {
    const stream = await listener.accept();
    stream.setNoDelay(true);
    void echo(stream);
  } catch (error) {
    // The load generator may reset a connection before it is accepted.
    if (!(error instanceof Deno.errors.NotConnected)) throw error;
  }
}

async function echo(stream: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(bufferBytes);
  try {
    for (let count = await stream.read(buffer); count !== null; count = await stream.read(buffer)) {
      for (let at = 0; at < count;) at += await stream.write(buffer.subarray(at, count));
    }
  } catch (error) {
    // The load generator ends its connections by a reset.
    if (!(error instanceof Deno.errors.ConnectionReset) && !(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  stream.close();
}
