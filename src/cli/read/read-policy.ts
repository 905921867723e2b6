import { dirname, isAbsolute, resolve } from 'node:path';

import * as z from 'zod';

import { InputError } from '../../contract/errors.js';
import { shownAddress } from '../../secrets/index.js';
import { digestOf, isHost, isOrigin, isReserved, runnablesOf } from '../../tools/index.js';
import type { PolicyRules } from '../../tools/index.js';
import { inOurWords, mcpShape, serverOf } from './mcp-shape.js';
import { readYaml } from './read-yaml.js';
import type { World } from '../world.js';
import { beginningOf } from '../../contract/cut-text.js';

const path = z.string().refine(isAbsolute, 'expected an absolute path');
const host = z
  .string()
  .refine(isHost, 'expected a host such as wiki.internal:8080, with no scheme, and no port where it is 80 or 443');
const origin = z.string().refine(isOrigin, 'expected an address such as https://wiki.example.org, with no path');
const variable = z
  .string()
  .regex(/^\w+$/, 'expected the name of an environment variable')
  .refine(
    (name) => !isReserved(name),
    'expected a variable that does not begin with ANTHROPIC_, TEMPORAL_ or FANFOLD_',
  );
const shape = z.strictObject({
  folders: z.array(path).nullish(),
  privateHosts: z.array(host).nullish(),
  headerVariables: z.record(origin, z.array(variable)).nullish(),
  tools: z.array(path).nullish(),
  mcpServers: mcpShape.shape.mcpServers.nullish(),
});

/**
 * The rules of a policy file.
 *
 * @throws InputError with the place, what is expected and what is there
 */
export async function readPolicy(file: string, world: World): Promise<PolicyRules> {
  // A file of nothing but comments allows nothing.
  const written = inOurWords((await readYaml(file, 'a policy', world)) ?? {});
  const read = shape.safeParse(written);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new InputError(
      `${file}: at ${placeOf(issue?.path ?? [])}: ${problemOf(issue)}, got ${shown(written, issue?.path ?? [])}.`,
      'A policy has `folders`, `privateHosts`, `headerVariables`, `tools` and `mcpServers`: see docs/deploy.md.',
    );
  }
  const { folders, privateHosts, headerVariables, tools, mcpServers } = read.data;
  // Relative paths begin where the file is, as they do in a file of servers.
  const cwd = dirname(resolve(world.cwd, file));
  return {
    folders: folders ?? [],
    privateHosts: privateHosts ?? [],
    headerVariables: headerVariables ?? {},
    tools: tools ?? [],
    mcpServers: Object.fromEntries(
      // As a command registers it, name included: the digest tells whether it is the same.
      Object.entries(mcpServers ?? {}).map(([name, given]) => [name, serverOf(name, given, cwd)]),
    ),
  };
}

/** The digests by which runs name the modules and MCP servers of a policy. */
export function toldRunnables(rules: PolicyRules): string[] {
  const names = [
    ...(rules.tools ?? []),
    ...Object.keys(rules.mcpServers ?? {}).map((name) => `the MCP server ${name}`),
  ];
  return runnablesOf(rules).map((runnable, at) => `its policy allows ${names[at]}, sha256 ${digestOf(runnable)}`);
}

/** A place in the file. Addresses are names there, and may have been given a password by mistake. */
function placeOf([section, name, ...rest]: readonly PropertyKey[]): string {
  const shownName = section === 'headerVariables' && typeof name === 'string' ? shownAddress(name) : name;
  return [section, shownName, ...rest].filter((part) => part !== undefined).join('.') || 'the top';
}

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue?.code === 'unrecognized_keys') return `expected one of ${Object.keys(shape.shape).join(', ')}`;
  if (issue?.code === 'invalid_union') return 'expected { command, args, env, cwd } or { url, headers }';
  return (issue?.message ?? '').replace(/^Invalid input: /, '');
}

/** Describes what stands there. Texts are not shown: servers and variables may have been given a secret by mistake. */
function shown(written: unknown, path: readonly PropertyKey[]): string {
  const [section = ''] = path;
  const there = path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
    written,
  );
  if (path.length > 1 && (section === 'mcpServers' || section === 'headerVariables')) return 'something else';
  if (path.length === 0 && typeof there === 'object' && there !== null) {
    return Array.isArray(there) ? 'a list' : Object.keys(there).join(', ');
  }
  return `\`${beginningOf(JSON.stringify(there) ?? 'nothing', 80)}\``;
}
