/**
 * Puts the source map of a module into the module itself: code that runs from memory has no file beside it, and its
 * traces name its sources all the same. Nobody reads it before something is thrown.
 *
 * @module
 */
import { fileUrl, MAP_LINK } from "../runtime/mod.ts";

/** What of a source map says where the sources are. */
interface Sources {
  readonly sourceRoot?: string;
  readonly sources: readonly string[];
}

/** The code with the map in its last line, in the place of a line that says where the map is. */
export function withMap(code: Uint8Array<ArrayBuffer>, map: string): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(code);
  const linkAt = text.lastIndexOf(MAP_LINK);
  const link = `${MAP_LINK}data:application/json;base64,${new TextEncoder().encode(map).toBase64()}\n`;
  return new TextEncoder().encode(text.slice(0, linkAt < 0 ? text.length : linkAt) + link);
}

/**
 * The map with other names for its sources.
 *
 * @param name is given each of them as the map has it, behind the map's root.
 */
export function renamedSources(map: string, name: (source: string) => string): string {
  const { sourceRoot = "", sources, ...rest } = JSON.parse(map) as Sources;
  return JSON.stringify({ ...rest, sources: sources.map((source) => name(sourceRoot + source)) });
}

/** The map with the URLs of its sources. @param at where their paths begin. */
export function locatedSources(map: string, at: URL): string {
  return renamedSources(map, (source) => new URL(source, at).href);
}

/**
 * The code of a file that was built, with the map that lies beside it; as it is where none can be read.
 *
 * @param path of the file, absolute.
 */
export async function withMapBeside(code: Uint8Array<ArrayBuffer>, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return withMap(code, locatedSources(await Deno.readTextFile(`${path}.map`), fileUrl(path)));
  } catch {
    return code; // Traces name the code's own lines then: no reason not to serve it.
  }
}
