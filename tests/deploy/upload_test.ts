/** An upload is taken whole and as it says, or not at all. @module */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { RequestError } from "../../lib/deploy/request_error.ts";
import { sign } from "../../lib/deploy/signature.ts";
import { checkUpload, encodeUpload, readUpload } from "../../lib/deploy/upload.ts";
import { counterCode, keyPair, madeUpload } from "./support/made_upload.ts";

const MAX_BYTES = 100_000;

function post(body: BodyInit, headers: HeadersInit = {}): Request {
  return new Request("http://localhost/deployments", { method: "POST", body, headers });
}

async function refused(what: () => Promise<unknown>, status: number, problem: string): Promise<void> {
  const error = await assertRejects(what, RequestError);
  assertEquals(error.status, status);
  assertStringIncludes(error.message, problem);
}

Deno.test("readUpload reads what encodeUpload makes, byte for byte", async () => {
  const made = await madeUpload(counterCode("é\u0000\r\n"));
  const upload = { manifest: made.manifest, code: made.code, signature: "c2ln" };
  assertEquals(await readUpload(post(encodeUpload(upload)), MAX_BYTES), upload);
  const { manifest, code } = upload;
  assertEquals(await readUpload(post(encodeUpload({ manifest, code })), MAX_BYTES), {
    manifest,
    code,
    signature: undefined,
  });
});

Deno.test("readUpload takes parts that are plain fields, and line feeds around a signature", async () => {
  const form = new FormData();
  for (const [name, text] of [["manifest", "{}"], ["routes", "x"], ["signature", "c2ln\n"]] as const) {
    form.set(name, text);
  }
  const { manifest, code, signature } = await readUpload(post(form), MAX_BYTES);
  assertEquals([manifest.length, code.length, signature], [2, 1, "c2ln"]);
});

Deno.test("readUpload refuses another type with 415", async () => {
  await refused(() => readUpload(post("{}"), MAX_BYTES), 415, "multipart/form-data");
  await refused(
    () => readUpload(post("{}", { "content-type": "application/json" }), MAX_BYTES),
    415,
    "manifest and routes",
  );
});

Deno.test("readUpload refuses a length that is announced with 413, and reads nothing", async () => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(10));
    },
  }, { highWaterMark: 0 });
  const headers = { "content-type": "multipart/form-data; boundary=x", "content-length": String(MAX_BYTES + 1) };
  const request = new Request("http://localhost/", { method: "POST", body, headers });
  await refused(() => readUpload(request, MAX_BYTES), 413, `may have ${MAX_BYTES} bytes here`);
  assertEquals(pulled, 0);
});

Deno.test("readUpload refuses more than it may be with 413, and holds no more than that", async () => {
  let sent = 0;
  let isCancelled = false;
  const body = new ReadableStream({
    pull(controller) {
      sent += 1_000;
      controller.enqueue(new Uint8Array(1_000));
    },
    cancel: () => void (isCancelled = true),
  }, { highWaterMark: 0 });
  const request = post(body, { "content-type": "multipart/form-data; boundary=x" });
  await refused(() => readUpload(request, 10_000), 413, "--max-deployment-bytes");
  assertEquals([sent <= 12_000, isCancelled], [true, true]);
});

Deno.test("readUpload refuses a body whose connection ends, and one that ends early", async () => {
  const failing = new ReadableStream({ pull: (controller) => controller.error(new TypeError("reset")) });
  const type = { "content-type": "multipart/form-data; boundary=x" };
  await refused(() => readUpload(post(failing, type), MAX_BYTES), 400, "the connection ended before the upload did");
  const early = '--x\r\ncontent-disposition: form-data; name="manifest"\r\n\r\n{';
  await refused(() => readUpload(post(early, type), MAX_BYTES), 400, "the part manifest is missing");
  await refused(() => readUpload(post("nothing", type), MAX_BYTES), 400, "not all of it");
});

Deno.test("readUpload names the part that is missing, or too much", async () => {
  const form = new FormData();
  form.set("manifest", "{}");
  await refused(() => readUpload(post(form), MAX_BYTES), 400, "the part routes is missing");
  form.set("routes", "x");
  form.set("map", "x");
  await refused(() => readUpload(post(form), MAX_BYTES), 400, 'there is a part "map"');
});

Deno.test("checkUpload gives the manifest of what is whole", async () => {
  const upload = await madeUpload(counterCode("one"));
  const manifest = await checkUpload(upload, "");
  assertEquals(manifest.deployment, upload.name);
  assertMatch(manifest.deployment, /^[0-9a-f]{12}$/);
});

Deno.test("checkUpload refuses code that is not the manifest's, by length and by hash", async () => {
  const upload = await madeUpload(counterCode("one"));
  const code = upload.code.slice();
  code[20] = code[20]! ^ 1;
  await refused(() => checkUpload({ ...upload, code }, ""), 400, "upload it again");
  await refused(() => checkUpload({ ...upload, code: code.slice(1) }, ""), 400, `other ${code.length - 1} bytes`);
});

Deno.test("checkUpload refuses a name that the code has not, and what is no manifest", async () => {
  const upload = await madeUpload(counterCode("one"), { deployment: "0123456789ab" });
  await refused(() => checkUpload(upload, ""), 400, `this code is the deployment ${upload.name}, not 0123456789ab`);
  await refused(
    () => checkUpload({ ...upload, manifest: new TextEncoder().encode("{") }, ""),
    400,
    "manifest: it is not JSON",
  );
});

Deno.test("checkUpload takes signed uploads only where there is a key: 403", async () => {
  const [ours, theirs] = [await keyPair(), await keyPair()];
  const upload = await madeUpload(counterCode("one"));
  await refused(() => checkUpload(upload, ours.publicPem), 403, "--sign KEYFILE");
  const signed = { ...upload, signature: await sign(ours.privatePem, upload.manifest) };
  await refused(() => checkUpload(signed, theirs.publicPem), 403, "not by the key of this server");
  assertEquals((await checkUpload(signed, ours.publicPem)).deployment, upload.name);
  const other = await madeUpload(counterCode("two"));
  await refused(
    () => checkUpload({ ...other, signature: signed.signature }, ours.publicPem),
    403,
    "not of this manifest",
  );
  await refused(() => checkUpload({ ...signed, code: other.code }, ours.publicPem), 400, "upload it again");
});
