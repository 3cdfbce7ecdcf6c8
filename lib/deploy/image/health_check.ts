/**
 * The program that asks a server in its own container whether it is well: there is no shell and no curl in the image.
 *
 * @module
 */

/** Addresses that stand for all of the machine's. */
const ANY_ADDRESS: readonly (string | undefined)[] = [undefined, "", "0.0.0.0", "::", "[::]"];

/** So long the answer may take. */
const DEADLINE_MS = 3_000;

/** Where the server of this environment answers. */
export function healthUrl(env: (name: string) => string | undefined): string {
  const host = env("HOST");
  const name = ANY_ADDRESS.includes(host) ? "127.0.0.1" : host!;
  const isBareIpv6 = name.includes(":") && !name.startsWith("[");
  return `http://${isBareIpv6 ? `[${name}]` : name}:${env("PORT") || 4000}/health`;
}

/** What is wrong; undefined when it is well. */
export async function checkHealth(url: string, deadlineMs = DEADLINE_MS): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
    await response.body?.cancel();
    return response.status === 200 ? undefined : `${url} answered ${response.status}`;
  } catch (error) {
    return `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

if (import.meta.main) {
  const problem = await checkHealth(healthUrl((name) => Deno.env.get(name)));
  if (problem !== undefined) {
    console.error(problem);
    Deno.exit(1);
  }
}
