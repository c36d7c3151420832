// Validates custom resources, a JSON array on standard input, and prints what is wrong with
// them as a JSON array of lines.
//
//   node validate.mjs MODULES      MODULES has @kubernetes-models/*, as npm installed them

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const PACKAGES = {
  "gateway.networking.k8s.io": "gateway-api",
  "monitoring.coreos.com": "prometheus-operator",
  "networking.istio.io": "istio",
  "security.istio.io": "istio",
};
const TOP = new Set(["apiVersion", "kind", "metadata", "spec", "status"]);
const MODULES = resolve(process.argv[2], "@kubernetes-models");

// Like the API server's schemas, these say nothing of fields that they don't name, which it
// drops in silence: the mistake that hurts most. But a validator reads every field that it
// knows, so one that it never asked for, of an object of which it asked for others, is unknown.
function watched(value, path, objects) {
  if (Array.isArray(value)) return value.map((item, i) => watched(item, `${path}.${i}`, objects));
  if (value === null || typeof value !== "object") return value;
  const inner = {};
  for (const key of Object.keys(value)) inner[key] = watched(value[key], `${path}.${key}`, objects);
  const asked = new Set();
  objects.push({ path, asked, keys: Object.keys(value) });
  return new Proxy(inner, {
    get(of, key) {
      asked.add(key);
      return of[key];
    },
  });
}

async function problems(object) {
  const [group, version] = object.apiVersion.split("/");
  const name = PACKAGES[group];
  if (!name) return [`no schema for ${object.apiVersion} ${object.kind}`];
  const path = resolve(MODULES, name, group, version, `${object.kind}.js`);
  if (!existsSync(path)) return [`${object.apiVersion} has no ${object.kind}`];
  const module = await import(pathToFileURL(path));
  const found = Object.keys(object).filter((key) => !TOP.has(key)).map((key) => `${key}: unknown field`);
  try {
    new module[object.kind](object).validate();
  } catch (error) {
    found.push(error.message.replaceAll("\n", "; "));
  }
  // After an error the validator may have stopped asking.
  if (found.length > 0) return found;
  // A model validates a copy of itself, so the function that it validates with is asked.
  const [, schema] = readFileSync(path, "utf8").match(/import\s*\{\s*validate\s*\}\s*from\s*"([^"]+)"/);
  const { validate } = await import(pathToFileURL(resolve(path, "..", schema)));
  const objects = [];
  validate({ ...object, spec: watched(object.spec, "spec", objects) });
  for (const { path, asked, keys } of objects) {
    if (asked.size === 0) continue;
    for (const key of keys) if (!asked.has(key)) found.push(`${path}.${key}: unknown field`);
  }
  return found;
}

const lines = [];
for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  for (const line of await problems(object)) lines.push(`${object.kind} ${object.metadata.name}: ${line}`);
}
console.log(JSON.stringify(lines));
