/**
 * Validates Kubernetes manifests by the schemas in the npm package `kubernetes-models`, in Node, which finds what those
 * import: `node validate_manifests.mjs NODE_MODULES < [manifest, …]` prints a list of problems for each.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [packages] = process.argv.slice(2);
const manifests = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(manifests.map(problemsOf))));

async function problemsOf(manifest) {
  const { apiVersion, kind } = manifest;
  const [version, group = "core"] = apiVersion.split("/").reverse();
  const name = ["IoK8sApi", group.split(".")[0], version, kind].map((word) => word[0].toUpperCase() + word.slice(1));
  const { validate } = await import(pathToFileURL(`${packages}/kubernetes-models/_schemas/${name.join("")}.js`));
  const unread = new Set();
  if (!validate(watched(manifest, "", unread))) {
    return validate.errors.map(({ instancePath, keyword, params }) =>
      `${instancePath}: ${keyword} ${Object.values(params).join(" ")}`
    );
  }
  // The schemas take what they do not know: a misspelt name is a field that nobody has looked at.
  return [...unread].sort().map((path) => `there is no field ${path}`);
}

/** A copy that strikes each field off the list when it is read. */
function watched(value, path, unread) {
  if (typeof value !== "object" || value === null) return value;
  const isList = Array.isArray(value);
  const pathOf = (key) => isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
  const copy = isList ? [] : {};
  for (const [key, child] of Object.entries(value)) {
    if (!isList) unread.add(pathOf(key));
    copy[key] = watched(child, pathOf(key), unread);
  }
  return new Proxy(copy, {
    get(target, key) {
      if (typeof key === "string") unread.delete(pathOf(key));
      return Reflect.get(target, key);
    },
  });
}
