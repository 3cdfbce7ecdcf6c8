/**
 * Loads a routes folder: walks it, imports each route file, and says everything that is wrong with it at once.
 *
 * @module
 */
import { messageOf, patternOfFile } from "../route/table.ts";
import { fileUrl, pathOfUrl } from "./file_url.ts";
import { versionedUrl } from "./module_versions.ts";
import { checkRouteModule, type LoadedRoute } from "./route_module.ts";

/** The routes folder or files in it cannot be used. `errors` holds one error for each problem. */
export class RouteLoadError extends AggregateError {
  override readonly name = "RouteLoadError";
}

/**
 * Loads all routes of a folder, sorted by file.
 *
 * Linked files are followed, linked folders are not. Hidden files and `node_modules` are passed over; which other files
 * are no routes says `patternOfFile`. An empty folder gives no routes.
 *
 * @param directory a path relative to the working directory, or a `file:` URL.
 * @param version imports the files, and all files of the project that they import, anew for each version: a module that
 * was imported once does not change otherwise. The memory of a version does not come back.
 * @param files which of the folder's route files are meant. Default: all.
 * @throws {RouteLoadError} when the folder cannot be read, or when files are wrong: the message lists each of them.
 *
 * @example
 * ```ts
 * import { loadRoutes, RouteLoadError } from "./loader.ts";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => loadRoutes("no/such/folder"), RouteLoadError, "does not exist");
 * ```
 */
export async function loadRoutes(
  directory: string | URL,
  version?: string,
  files?: readonly string[],
): Promise<LoadedRoute[]> {
  const root = await rootOf(directory);
  const routes: LoadedRoute[] = [];
  const errors: Error[] = [];
  for (const file of await routeFiles(root, errors)) {
    if (files !== undefined && !files.includes(file)) continue;
    try {
      routes.push(await loadRoute(root, file, version));
    } catch (error) {
      errors.push(problemOf(file, error));
    }
  }
  if (errors.length > 0) {
    const list = errors.map((error) => `  ${error.message.replaceAll("\n", "\n    ")}`).join("\n");
    const count = errors.length === 1 ? "one problem" : `${errors.length} problems`;
    throw new RouteLoadError(errors, `${count} in the routes folder ${root}:\n${list}`);
  }
  return routes;
}

/**
 * The route files of a folder, for who does not run them: relative paths with `/`, sorted.
 *
 * @throws {RouteLoadError} when the folder cannot be read.
 */
export async function listRoutes(
  directory: string,
): Promise<{ readonly root: string; readonly files: readonly string[] }> {
  const root = await rootOf(directory);
  const errors: Error[] = [];
  const files = await routeFiles(root, errors);
  if (errors[0] !== undefined) throw refusal(errors[0].message);
  return { root, files };
}

/** One after the other: the order in which modules run is the order of their names, each time. */
async function loadRoute(root: string, file: string, version: string | undefined): Promise<LoadedRoute> {
  const pattern = patternOfFile(file);
  if (pattern === undefined) throw new Error(`${file} is not a route`);
  const url = fileUrl(`${root}/${file}`);
  const exports = await import(version === undefined ? url.href : versionedUrl(url, version));
  return checkRouteModule(exports, { file, pattern });
}

async function rootOf(directory: string | URL): Promise<string> {
  if (directory instanceof URL && directory.protocol !== "file:") {
    throw refusal(`the routes folder must be a path or a file: URL, not ${directory.href}`);
  }
  const path = directory instanceof URL ? pathOfUrl(directory) : directory;
  const root = await Deno.realPath(path).catch((error) => {
    throw refusal(unreadable(path, error), error);
  });
  // Where the folder is a link, it is the folder behind it that has to be readable.
  const found = await Deno.stat(root).catch((error) => {
    throw refusal(unreadable(root, error), error);
  });
  if (!found.isDirectory) throw refusal(`the routes folder ${path} is not a folder`);
  return root;
}

/** Relative paths of all route files below a folder, with `/`, sorted. */
async function routeFiles(root: string, errors: Error[]): Promise<string[]> {
  const files: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(`${root}/${folder}`)) {
      if (isPassedOver(entry.name)) continue;
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory) await walk(`${path}/`);
      else if (patternOfFile(path) !== undefined && await isFile(root, path, entry, errors)) files.push(path);
    }
  };
  try {
    await walk("");
  } catch (error) {
    throw refusal(unreadable(root, error), error);
  }
  return files.sort();
}

async function isFile(root: string, path: string, entry: Deno.DirEntry, errors: Error[]): Promise<boolean> {
  if (!entry.isSymlink) return entry.isFile;
  try {
    return (await Deno.stat(`${root}/${path}`)).isFile;
  } catch (cause) {
    errors.push(new Error(`${path}: the link leads to nothing that can be read: ${messageOf(cause)}`, { cause }));
    return false;
  }
}

function isPassedOver(name: string): boolean {
  return name === "node_modules" || (name.startsWith(".") && name !== ".well-known");
}

function unreadable(path: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return `the routes folder ${path} does not exist; create it, or name another with --routes DIR`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    return `reading the routes folder needs a permission: start with --allow-read=${path}`;
  }
  return `the routes folder ${path} cannot be read: ${messageOf(error)}`;
}

function refusal(problem: string, cause?: unknown): RouteLoadError {
  const error = new Error(problem, { cause });
  return new RouteLoadError([error], problem, { cause });
}

/** Names the file once: our own errors and those of patterns need it or have it. */
function problemOf(file: string, error: unknown): Error {
  const message = messageOf(error);
  return new Error(message.startsWith(`${file}: `) ? message : `${file}: ${message}`, { cause: error });
}
