import * as z from 'zod';

import { InputError } from '../../contract/errors.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import type { World } from '../world.js';
import { readDocument } from './read-document.js';
import { readYaml } from './read-yaml.js';
import { textOrFile } from './text-or-file.js';
import { beginningOf } from '../../contract/cut-text.js';

const shape = z.strictObject({ variants: z.record(z.string(), z.string().min(1)) });

/**
 * The prompt of the command line, those of `--variant`, and those of the file, in that order.
 *
 * @throws InputError where there is none, or one cannot be read
 */
export async function readVariants(
  prompt: string | undefined,
  { variant, variants }: { variant: readonly string[]; variants?: string },
  world: World,
): Promise<CompareInput['variants']> {
  const named = variant.map((given) => {
    const [, name, text] = /^([^=]+)=([^]+)$/.exec(given) ?? [];
    if (name === undefined || text === undefined) {
      throw new InputError(`Expected \`variant\` to be name=prompt, got ${JSON.stringify(beginningOf(given, 60))}.`);
    }
    return { name, prompt: text };
  });
  const filed = variants === undefined ? [] : await readFiled(variants, world);
  const all = [...(prompt === undefined ? [] : [{ name: 'prompt', prompt }]), ...named, ...filed];
  if (all.length === 0) throw new InputError('Expected a prompt, `--variant` or `--variants`, got none of them.');
  return Promise.all(all.map(async ({ name, prompt: text }) => ({ name, prompt: await promptText(text, world) })));
}

async function readFiled(path: string, world: World): Promise<{ name: string; prompt: string }[]> {
  const read = shape.safeParse(await readYaml(path, 'a file of prompts', world));
  if (read.success) return Object.entries(read.data.variants).map(([name, prompt]) => ({ name, prompt }));
  const [issue] = read.error.issues;
  throw new InputError(
    `${path}: at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? ''}.`,
    'Its shape is `variants: { short: "…", long: "…" }`.',
  );
}

async function promptText(given: string, world: World): Promise<string> {
  const text = await textOrFile(given, async (path) => (await readDocument(path, world)).text, world);
  if (text.trim() === '') throw new InputError('Expected a prompt, got an empty one.');
  return text;
}
