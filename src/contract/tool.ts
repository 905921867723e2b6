import type { Source } from './source.js';
import type { JsonSchema } from './json-schema.js';

/** Something that the model may have called. */
export interface Tool {
  /** As the API takes it: letters, digits, "-" and "_". */
  name: string;
  description: string;
  inputSchema: JsonSchema;
  by: ToolBy;
  /** Whether the tool changes something: each call must be allowed, at the start or one by one. */
  changes?: boolean;
  /** Milliseconds a try may take; `toolTimeoutMs` by default. */
  timeoutMs?: number;
}

/** The part of the worker that runs a tool. */
export type ToolBy =
  | { kind: 'calculator' | 'time' }
  | { kind: 'list-files' | 'read-file'; folder: string }
  | { kind: 'source'; source: Source }
  /** `private` lists those of the hosts that may have a private address; `true`, as older inputs have it, means the local ones. */
  | { kind: 'fetch'; hosts: readonly string[]; private?: boolean | readonly string[] }
  /** A module or MCP server that the worker's home knows by that name: what a run's input names is never simply executed. */
  | { kind: 'registered'; sha256: string; tool: string }
  /** What another call of the run returned. The workflow alone offers it: see `src/plan/result-tool.ts`. */
  | { kind: 'result' };
/** The hosts of a `fetch` that may have a private address. */
export function privateHostsOf({ hosts, private: meant = false }: Extract<ToolBy, { kind: 'fetch' }>): string[] {
  return hosts.filter((host) => (typeof meant === 'boolean' ? meant && isLocalHost(host) : meant.includes(host)));
}

/** Whether a host, with or without a port, is the worker's own machine. */
export function isLocalHost(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}
