/** What the gateway asks of one connection's code: may it subscribe, and is its token good? @module */
import { assertEquals } from "@std/assert";
import { DOWN } from "../../../../lib/runtime/remote/wire.ts";
import { isSettled, NUMBER, peerBench } from "../support/peer_bench.ts";
import { turns, valueOf } from "../support/records.ts";

const KINDS = { subscribe: DOWN.SUBSCRIBE, authenticate: DOWN.AUTHENTICATE } as const;

for (const hook of ["subscribe", "authenticate"] as const) {
  Deno.test(`RemotePeer.${hook} is a call, and only true is a yes`, async () => {
    const { peer, link, heard } = peerBench();
    heard();
    for (const [said, isYes] of [[true, true], [false, false], [undefined, false], ["true", false]] as const) {
      const answer = peer[hook]("news");
      const [asked] = heard();
      const { call, text } = valueOf(asked!) as { readonly call: number; readonly text: string };
      assertEquals([asked!.kind, asked!.id, text], [KINDS[hook], NUMBER, "news"]);
      assertEquals(await isSettled(answer), false);
      link.calls.take(call)!.answered(said);
      assertEquals(await answer, isYes);
    }
  });

  Deno.test(`RemotePeer.${hook} of code that fails, or ends meanwhile, is a no`, async () => {
    const { peer, home, link, heard } = peerBench();
    home.fate = "wait";
    heard();
    const failing = peer[hook]("news");
    link.calls.take((valueOf(heard()[0]!) as { readonly call: number }).call)!.failed(new Error("no"));
    assertEquals(await failing, false);
    const ending = peer[hook]("news");
    peer.lost();
    link.calls.failAll(new Error("gone"));
    assertEquals(await ending, false);
  });

  Deno.test(`RemotePeer.${hook} waits for code that is away, and is a no where it does not come back`, async () => {
    const { peer, link, heard, back } = peerBench({}, false);
    const answer = peer[hook]("news");
    assertEquals([await isSettled(answer), heard()], [false, []]);
    peer.join(link);
    back();
    await turns();
    const [, asked] = heard();
    link.calls.take((valueOf(asked!) as { readonly call: number }).call)!.answered(true);
    assertEquals(await answer, true);

    const gone = peerBench({}, false);
    const never = gone.peer[hook]("news");
    gone.back();
    assertEquals(await never, false);
  });

  Deno.test(`RemotePeer.${hook} is a no where other code takes the peer over while its own is away`, async () => {
    const { peer } = peerBench({}, false);
    const answer = peer[hook]("news");
    await peer.halt();
    assertEquals(await answer, false);
  });

  Deno.test(`RemotePeer.${hook} is a no where the peer is taken away before it is answered`, async () => {
    const { peer, link } = peerBench();
    const answer = peer[hook]("news");
    peer.revoke(new DOMException("swapped", "AbortError"));
    assertEquals([await answer, link.calls.size], [false, 0]);
  });
}

Deno.test("RemotePeer that was not opened is no peer that new code resumes", () => {
  const { peer, heard } = peerBench();
  void peer.authenticate("token");
  heard();
  assertEquals(peer.awaits, "open");
  void peer.open();
  assertEquals(peer.awaits, "resume");
});
