import { createRequire } from 'node:module';
import { stat } from 'node:fs/promises';

import * as z from 'zod';

import { keepFlags } from '../contract/json-pattern.js';
import type { JsonSchema } from '../contract/json-schema.js';
import { InputError } from '../contract/errors.js';

/** A tool of your own: an entry of a module's default export. */
export interface ModuleTool {
  name: string;
  description: string;
  /** Schema of the input, a zod object. It is checked before `run` is called. */
  input: z.ZodType;
  /**
   * Does the work. Its result is shown to the model, a text as it is and anything else as JSON; its error is told to the model.
   *
   * @param options.signal aborted when the call is no longer wanted or its time is over
   */
  run(input: unknown, options: { signal: AbortSignal }): unknown;
  /** Whether it changes something, and must be allowed; `false` by default. */
  changes?: boolean;
}

/** Modules by path, and when each had last been changed: one that is edited is loaded anew. */
const loaded = new Map<string, { changedAtMs: number; tools: Promise<ModuleTool[]> }>();

/**
 * The tools of a module in JavaScript or TypeScript.
 *
 * @param path absolute
 * @throws InputError where it cannot be loaded, or its default export is not a list of tools
 */
export async function loadTools(path: string): Promise<ModuleTool[]> {
  const { mtimeMs } = await stat(path).catch(() => {
    throw new InputError(`Expected a module of tools, got \`${path}\`, which does not exist.`);
  });
  const known = loaded.get(path);
  if (known?.changedAtMs === mtimeMs) return known.tools;
  const tools = load(path);
  loaded.set(path, { changedAtMs: mtimeMs, tools });
  // A module that failed is tried again.
  tools.catch(() => loaded.delete(path));
  return tools;
}

async function load(path: string): Promise<ModuleTool[]> {
  let list: unknown;
  try {
    // Loaded on demand: most commands have no use for it.
    const { createJiti } = await import('jiti');
    list = await createJiti(path, { fsCache: false, moduleCache: false, alias: ownZod(path) }).import(path, {
      default: true,
    });
  } catch (error) {
    throw new InputError(`The module of tools \`${path}\` cannot be loaded: ${(error as Error).message}`);
  }
  if (!Array.isArray(list) || list.length === 0) {
    throw new InputError(
      `Expected the default export of \`${path}\` to be a list of tools, got ${Array.isArray(list) ? 'an empty one' : typeof list}.`,
      'A tool is { name, description, input, run(input, { signal }) }, its `input` a zod object.',
    );
  }
  for (const [at, tool] of list.entries()) checkTool(tool, `${path}: tool ${at + 1}`);
  return list as ModuleTool[];
}

/** Lets a module without a zod of its own use fanfold's. */
function ownZod(path: string): Record<string, string> {
  try {
    createRequire(path).resolve('zod');
    return {};
  } catch {
    return { zod: createRequire(import.meta.url).resolve('zod') };
  }
}

const shape = z.object({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().min(1),
  input: z.custom(isZod, 'expected a zod object'),
  run: z.custom((value) => typeof value === 'function', 'expected a function'),
  changes: z.boolean().optional(),
});

function isZod(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value && 'safeParse' in value;
}

function checkTool(tool: unknown, where: string): void {
  const [issue] = shape.safeParse(tool).error?.issues ?? [];
  if (issue === undefined) return;
  throw new InputError(
    `${where}: at ${issue.path.join('.') || 'the top'}: ${issue.message}.`,
    'A tool is { name, description, input, run(input, { signal }) }, its `input` a zod object.',
  );
}

/** By the tool, which stays the same as long as its module does. */
const schemas = new WeakMap<ModuleTool, JsonSchema>();

/** @throws InputError where what the tool takes cannot be said in JSON Schema */
export function jsonSchemaOf(tool: ModuleTool): JsonSchema {
  const schema = schemas.get(tool) ?? toJsonSchema(tool);
  schemas.set(tool, schema);
  return schema;
}

function toJsonSchema({ name, input }: ModuleTool): JsonSchema {
  try {
    const { $schema: _, ...schema } = z.toJSONSchema(input, {
      io: 'input',
      override: ({ zodSchema: { _zod }, jsonSchema }) => {
        const checks = (_zod.def.checks ?? []).map((check) => check._zod.def as { format?: string; pattern?: RegExp });
        keepFlags(checks, jsonSchema);
      },
    }) as JsonSchema;
    if (schema['type'] !== 'object') throw new Error('it is no object');
    return schema;
  } catch (error) {
    throw new InputError(`The input of the tool \`${name}\` cannot be offered: ${(error as Error).message}.`);
  }
}
