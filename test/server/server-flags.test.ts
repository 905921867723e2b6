import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';
import { parse } from 'yaml';

import { serverArguments } from '../../src/server/server-flags.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the embedded server is told, by key. */
const embedded = new Map(
  serverArguments('/home', { port: 1, uiPort: 2 })
    .filter((_, at, words) => words[at - 1] === '--dynamic-config-value')
    .map((word) => word.split('=') as [string, string]),
);

it('tells a cluster nothing that the embedded server is not told', () => {
  const told = parse(readFileSync(join(root, 'deploy/temporal/dynamicconfig/fanfold.yaml'), 'utf8')) as Record<
    string,
    { value: unknown }[]
  >;
  const values = Object.entries(told).map(([key, [first]]) => [key, String(first?.value)]);
  expect(values.map(([key]) => [key, embedded.get(key!)])).toEqual(values);
  // It saves workflow tasks on their way to a worker that ends; but one whose server is away ends no more (core of 1.24.0).
  expect([...embedded.keys()]).not.toContain('frontend.enableCancelWorkerPollsOnShutdown');
});
