import { isAbsolute, relative, sep } from 'node:path';

import { InputError } from '../contract/errors.js';
import { shownAddress } from '../secrets/index.js';
import { isReserved, realFolder } from './grants.js';
import type { Grant } from './grants.js';
import type { McpServer } from './mcp-server.js';
import { digestOf } from './tool-registry.js';
import type { Runnable, ToolRegistry } from './tool-registry.js';

/**
 * The rules of a policy: what runs may have a worker do, as `fanfold worker --policy` reads it. Anything else is not allowed.
 * Public hosts need no rule.
 */
export interface PolicyRules {
  /** Absolute paths: these folders and those below them, but hidden ones, may be searched, listed and read. None by default. */
  folders?: readonly string[];
  /** Hosts that may have a private address, with their port where that is not 80 or 443. None by default. */
  privateHosts?: readonly string[];
  /** Variables of the worker's environment that may be sent in headers, by where to, such as `https://wiki.example.org`. None by default. */
  headerVariables?: Readonly<Record<string, readonly string[]>>;
  /** Absolute paths of modules of tools. None by default. */
  tools?: readonly string[];
  /** MCP servers by name. None by default. */
  mcpServers?: Readonly<Record<string, McpServer>>;
}

/** The policy of a worker's own side. */
export interface Policy {
  allows(grant: Grant): Promise<boolean>;
  /** The module or MCP server of that digest; `undefined` where it may not be run. */
  runnable(sha256: string): Promise<Runnable | undefined>;
  /** Advice how something that is not allowed would be. */
  advice(...sections: (keyof PolicyRules)[]): string;
}

/** A policy that allows what commands of a home have registered. */
export function homePolicy(registry: Pick<ToolRegistry, 'has' | 'read'>): Policy {
  return {
    allows: (grant) => registry.has(grant),
    runnable: (sha256) => registry.read(sha256),
    advice: (...sections) =>
      `A fanfold command that shares the worker's home registers what it names; for other clients, start the worker with \`--policy\` and list it under ${orOf(sections)}.`,
  };
}

/**
 * A policy that allows what rules say, and nothing else.
 *
 * @throws InputError where a rule cannot be meant
 */
export function rulesPolicy(rules: PolicyRules): Policy {
  const { folders = [], privateHosts = [], headerVariables: variables = {}, tools = [], mcpServers = {} } = rules;
  for (const path of folders) checkAbsolute(path, 'folders');
  for (const path of tools) checkAbsolute(path, 'tools');
  const strange = privateHosts.find((host) => !isHost(host));
  if (strange !== undefined) {
    throw new InputError(
      `Expected \`privateHosts\` to have hosts such as wiki.internal:8080, got \`${shownAddress(strange)}\`.`,
    );
  }
  const wrong = Object.keys(variables).find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    throw new InputError(
      `Expected \`headerVariables\` to be by address such as https://wiki.example.org, got \`${shownAddress(wrong)}\`.`,
    );
  }
  const reserved = Object.values(variables).flat().find(isReserved);
  if (reserved !== undefined)
    throw new InputError(`Expected no variable of fanfold's own in headers, got ${reserved}.`);
  const hosts = new Set(privateHosts.map((host) => host.toLowerCase()));
  const byOrigin = new Map(
    Object.entries(variables).map(([origin, names]) => [new URL(origin).origin, new Set(names)]),
  );
  const runnables = new Map(runnablesOf({ tools, mcpServers }).map((runnable) => [digestOf(runnable), runnable]));
  return {
    allows: async (grant) => {
      if ('privateHost' in grant) return hosts.has(grant.privateHost);
      if ('origin' in grant) return byOrigin.get(grant.origin)?.has(grant.headerVariable) === true;
      const roots = await Promise.all(folders.map(realFolder));
      return roots.some((root) => isInside(root, grant.folder));
    },
    runnable: async (sha256) => runnables.get(sha256),
    advice: (...sections) => `Its policy would have to list it under ${orOf(sections)}.`,
  };
}

function orOf(sections: readonly string[]): string {
  return sections.map((section) => `\`${section}\``).join(' or ');
}

/** The modules and MCP servers of a policy, in its order. */
export function runnablesOf({ tools = [], mcpServers = {} }: Pick<PolicyRules, 'tools' | 'mcpServers'>): Runnable[] {
  return [...tools.map((module) => ({ module })), ...Object.values(mcpServers).map((mcp) => ({ mcp }))];
}

/** Whether a folder is inside the root and not hidden. Searches leave hidden folders out, so none may begin in one either. */
function isInside(root: string, folder: string): boolean {
  const way = relative(root, folder);
  return !isAbsolute(way) && !way.split(sep).some((part) => part.startsWith('.'));
}

/** Whether it is a host as an address has it: with its port where that is neither 80 nor 443. Stars stand for nothing. */
export function isHost(text: string): boolean {
  const isAsIn = (scheme: string) =>
    URL.canParse(`${scheme}://${text}`) && new URL(`${scheme}://${text}`).host === text.toLowerCase();
  return !/[/?#@\\\s*]/.test(text) && isAsIn('http') && isAsIn('https');
}

/** Whether it is a scheme, a host and no more. */
export function isOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { href, origin } = new URL(text);
  return href === `${origin}/`;
}

function checkAbsolute(path: string, section: string): void {
  if (!isAbsolute(path)) throw new InputError(`Expected \`${section}\` to have absolute paths, got \`${path}\`.`);
}
