/** What a host is asked, and what becomes of its answers. @module */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { AdminClient, HostError, hostUrl } from "../../lib/deploy/admin_client.ts";
import { AdminListener } from "../../lib/deploy/admin_listener.ts";
import { systemClock } from "../../lib/gateway/mod.ts";

const TOKEN = "0123456789abcdef";

// `fetch` keeps its connection for the next request.
const sanitized = { sanitizeOps: false, sanitizeResources: false };

/** A client of a server that answers like this; what it was asked is noted. */
async function withServer(
  answer: () => Response,
  use: (client: AdminClient, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const listener = new AdminListener("127.0.0.1:0", async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname} ${request.headers.get("authorization")} ${await request.text()}`.trim());
    return answer();
  });
  try {
    await use(new AdminClient(`http://127.0.0.1:${listener.port}`, TOKEN), asked);
  } finally {
    await listener.close({ clock: systemClock, timeoutMs: 2_000 });
  }
}

Deno.test({
  name: "AdminClient asks with the token, and sends what is ordered as JSON",
  ...sanitized,
  fn: () =>
    withServer(() => Response.json({ deployments: [] }), async (client, asked) => {
      await client.list();
      await client.activate("x/y", { share: 0.1 });
      await client.promote("x", {});
      await client.rollback({ name: "z", insist: true });
      assertEquals(asked, [
        `GET /deployments Bearer ${TOKEN}`,
        `POST /deployments/x%2Fy/activate Bearer ${TOKEN} {"share":0.1}`,
        `POST /deployments/x/promote Bearer ${TOKEN} {}`,
        `POST /rollback Bearer ${TOKEN} {"name":"z","insist":true}`,
      ]);
    }),
});

for (
  const [what, answer, status, message] of [
    ["a refusal", () => Response.json({ error: "three is a canary" }, { status: 409 }), 409, "409: three is a canary"],
    [
      "a page of something else",
      () => new Response("<h1>It works!</h1>"),
      200,
      "no admin listener of Sockeye answers there",
    ],
    ["a refusal of something else", () => new Response("", { status: 502 }), 502, "502: no admin listener"],
    [
      "a redirect, which would take the token elsewhere",
      () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
      302,
      "302: no admin listener",
    ],
  ] as const
) {
  Deno.test({
    name: `AdminClient tells of ${what}`,
    ...sanitized,
    fn: () =>
      withServer(answer, async (client) => {
        const error = await assertRejects(() => client.list(), HostError);
        assertEquals(error.status, status);
        assertStringIncludes(error.message, message);
      }),
  });
}

Deno.test({
  name: "AdminClient says that a host cannot be reached, and why",
  ...sanitized,
  async fn() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const error = await assertRejects(() => new AdminClient(`http://127.0.0.1:${port}`, TOKEN).list(), HostError);
    assertEquals(error.status, undefined);
    assertStringIncludes(error.message, "it cannot be reached: ");
    assertStringIncludes(error.message.toLowerCase(), "refused");
  },
});

Deno.test("hostUrl takes https anywhere, and http on this machine", () => {
  for (
    const host of [
      "https://deploy.example",
      "https://a.example:4443/admin",
      "http://127.0.0.1:4001",
      "http://localhost",
      "http://[::1]:4001",
    ]
  ) {
    assertEquals(hostUrl(host).href.startsWith(host), true);
  }
});

for (
  const [host, problem] of [
    ["http://deploy.example:4001", "the token would travel unencrypted"],
    ["http://10.0.0.1", "use https://"],
    ["http://127.0.0.1.evil.example", "unencrypted"],
    ["deploy.example", "no host; write https://host[:port]"],
    ["localhost:4001", "no host"],
    ["ws://127.0.0.1", "no host"],
    ["https://me@deploy.example", "no user"],
    ["https://deploy.example/?x", "no query"],
  ] as const
) {
  Deno.test(`hostUrl refuses ${host}`, () =>
    assertStringIncludes(assertThrows(() => hostUrl(host), TypeError).message, problem));
}
