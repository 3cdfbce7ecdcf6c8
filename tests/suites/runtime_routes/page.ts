/** Ordinary HTTP, good and bad. */
import type { HttpContext } from "sockeye";

export async function get(request: Request, { params, remoteAddress, publish }: HttpContext): Promise<Response> {
  switch (new URL(request.url).searchParams.get("answer")) {
    case "throw-response":
      throw new Response("gone", { status: 410 });
    case "throw":
      throw new Error("get broke");
    case "text":
      return "text" as unknown as Response;
    case "nothing":
      return undefined as unknown as Response;
    case "error":
      return Response.error();
    default:
      await publish("news", "somebody looked");
      return Response.json({ method: request.method, params, remoteAddress });
  }
}

export async function post(request: Request): Promise<Response> {
  return new Response(`posted ${await request.text()}`);
}
