import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';

import { privateHostsOf } from '../contract/tool.js';
import type { ToolBy } from '../contract/tool.js';
import type { HttpSource, Source } from '../contract/source.js';

/** A thing of the worker's own that a run may use, once the worker's side has allowed it. */
export type Grant =
  /** Real path of a folder whose files may be read. */
  | { folder: string }
  /** Host, with its port where that is not the usual one, that may have a private address. */
  | { privateHost: string }
  /** Variable of the worker's environment that may be sent in a header, and its destination: scheme, host and port. */
  | { headerVariable: string; origin: string };

/** The real path of a folder, behind all links. A missing folder is where it would be. */
export async function realFolder(folder: string): Promise<string> {
  const absolute = resolve(folder);
  return realpath(absolute).catch(() => absolute);
}

/** The address that a source is asked at. */
export function addressOf({ url }: Pick<HttpSource, 'url'>, question: string): URL {
  return new URL(url.replaceAll(/\{\{\s*query\s*\}\}/g, encodeURIComponent(question.toWellFormed())));
}

/** `${NAME}` in the value of a header. */
export const headerVariables = /\$\{(\w+)\}/g;

/** Whether a variable holds secrets of fanfold or Temporal. No header has such a variable, whoever allows it. */
export function isReserved(variable: string): boolean {
  return /^(ANTHROPIC|TEMPORAL|FANFOLD)_/.test(variable);
}

/** The grants that the sources of a run need. */
export async function grantsOfSource(source: Source): Promise<Grant[]> {
  if (source.kind === 'files') return [{ folder: await realFolder(source.folder) }];
  const { host, origin } = addressOf(source, 'x');
  const variables = Object.values(source.headers ?? {}).flatMap((value) =>
    [...value.matchAll(headerVariables)].map(([, name = '']) => name),
  );
  return [
    ...(source.private === true ? [{ privateHost: host }] : []),
    ...variables.filter((name) => !isReserved(name)).map((headerVariable) => ({ headerVariable, origin })),
  ];
}

/** The grants that a tool of a run needs. Modules and MCP servers are registered by themselves. */
export async function grantsOfTool(by: ToolBy): Promise<Grant[]> {
  switch (by.kind) {
    case 'list-files':
    case 'read-file':
      return [{ folder: await realFolder(by.folder) }];
    case 'source':
      return grantsOfSource(by.source);
    case 'fetch':
      return privateHostsOf(by).map((privateHost) => ({ privateHost }));
    case 'calculator':
    case 'time':
    case 'registered':
    case 'result':
      return [];
  }
}
