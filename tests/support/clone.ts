/**
 * The project as a clone has it.
 *
 * @module
 */
import { assert } from "@std/assert";
import { PROJECT } from "./server_process.ts";

/** What git would hand to a clone, with the changes not committed yet. */
export async function cloneTo(folder: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: PROJECT,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  for (const path of new TextDecoder().decode(stdout).split("\0").filter((path) => path !== "")) {
    await Deno.mkdir(`${folder}/${path}/..`.replace(/\/[^/]+\/\.\.$/, ""), { recursive: true });
    await Deno.copyFile(`${PROJECT}${path}`, `${folder}/${path}`);
  }
}
