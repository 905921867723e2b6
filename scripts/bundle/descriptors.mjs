// Takes out of Temporal's protocol descriptors what the command never speaks of: the client makes objects of all of them whenever it
// is loaded, which takes longer than most commands. What stays follows from the code itself, so that nothing has to be listed here.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Looked up by names that come with what is decoded: details of errors, payloads and failures. */
const spokenOf =
  /^temporal\.api\.(common|failure|errordetails|sdk)\.|^google\.(rpc|protobuf)\.(Status|Any|Duration|Timestamp|Empty|FieldMask)$/;

/** What a worker and its native part say to each other, too. */
const spokenOfWorkers = new RegExp(`${spokenOf.source}|^coresdk\\.`);

/** Options of descriptors, which nobody reads at run time, extend other descriptors. Finding those is what costs most. */
const neverSpokenOf = /^google\.api\.|^grpc\.gateway\.|^temporal\.api\.cloud\./;

/**
 * The descriptors that programs with these texts can need: the methods that they name, each with all that it carries, and the types that
 * they name.
 *
 * @param descriptors `nested` of a protobufjs root as JSON
 * @param texts of every module that may speak the protocol
 * @param always names of types that are spoken of anyway
 */
export function neededOf(descriptors, texts, always = spokenOf) {
  const found = new Map(entriesOf(descriptors, ''));
  const words = new Set(texts.flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []));
  const named = new Set(
    texts.flatMap((text) => [...text.matchAll(/\b(?:v1|coresdk(?:\.\w+)?)\.(\w+)/g)].map(([, name]) => name)),
  );
  const needed = new Set();
  const need = (path) => {
    if (path === undefined || needed.has(path) || neverSpokenOf.test(path)) return;
    needed.add(path);
    const { fields = {}, methods = {} } = found.get(path);
    for (const field of Object.values(fields)) need(resolved(found, field.type, path));
    for (const [name, { requestType, responseType }] of Object.entries(methods)) {
      if (!words.has(inCode(name))) continue;
      need(resolved(found, requestType, path));
      need(resolved(found, responseType, path));
    }
  };
  for (const [path, { fields, values, methods }] of found) {
    const name = path.slice(path.lastIndexOf('.') + 1);
    if (values !== undefined || (methods !== undefined && named.has(name))) need(path);
    if (fields !== undefined && (named.has(name) || always.test(path))) need(path);
  }
  return kept(descriptors, '', { needed, words });
}

/** Clients of what fanfold has not: what they alone speak of is left out. */
const unused = /(^|[\\/])(activity|nexus|schedule|task-queue)-client\.js$/;

/**
 * The module of Temporal's descriptors with no more than that. They are parsed as JSON, which is faster than as code.
 *
 * @param path of the module
 * @param folders of the program's own modules
 * @param withWorker whether the program is a worker, which speaks with Temporal's native part
 */
export async function neededModule(path, folders, withWorker) {
  const names = ['client', 'common', 'envconfig', ...(withWorker ? ['worker', 'workflow', 'activity'] : [])];
  const packages = names.map((name) => join(path, '../../..', name, 'lib'));
  const texts = (await Promise.all([...folders, ...packages].map(textsIn))).flat();
  const text = await readFile(path, 'utf8');
  const [head, rest] = text.split('.addJSON(');
  const descriptors = JSON.parse(rest.slice(0, rest.lastIndexOf(')')));
  const json = JSON.stringify(JSON.stringify(neededOf(descriptors, texts, withWorker ? spokenOfWorkers : spokenOf)));
  return `${head}.addJSON(JSON.parse(${json}));\nmodule.exports = $root;\n`;
}

async function textsIn(folder) {
  const names = await readdir(folder, { recursive: true });
  const speakers = names.filter((name) => name.endsWith('.js') && !unused.test(name));
  return Promise.all(speakers.map((name) => readFile(join(folder, name), 'utf8')));
}

function* entriesOf(nested, prefix) {
  for (const [name, each] of Object.entries(nested)) {
    yield [prefix + name, each];
    if (each.nested !== undefined) yield* entriesOf(each.nested, `${prefix}${name}.`);
  }
}

/** Path of the type that a field's or method's words mean, looked for from the inside out, as protobuf has it. */
function resolved(found, type, path) {
  if (type.startsWith('.')) return found.has(type.slice(1)) ? type.slice(1) : undefined;
  for (let scope = path; ; scope = scope.slice(0, Math.max(0, scope.lastIndexOf('.')))) {
    const candidate = scope === '' ? type : `${scope}.${type}`;
    if (found.has(candidate)) return candidate;
    if (scope === '') return undefined;
  }
}

function inCode(method) {
  return method[0].toLowerCase() + method.slice(1);
}

function kept(nested, prefix, chosen) {
  const left = Object.entries(nested).flatMap(([name, each]) => {
    const path = prefix + name;
    const isNeeded = chosen.needed.has(path);
    const inner = each.nested === undefined ? {} : kept(each.nested, `${path}.`, chosen);
    const holds = Object.keys(inner).length > 0;
    if (!isNeeded && !holds) return [];
    const { nested: _, ...own } = each;
    const methods = own.methods && Object.entries(own.methods).filter(([method]) => chosen.words.has(inCode(method)));
    return [
      [name, { ...own, ...(methods && { methods: Object.fromEntries(methods) }), ...(holds && { nested: inner }) }],
    ];
  });
  return Object.fromEntries(left);
}
