import { expect, it } from 'vitest';

import * as activities from '../activities/index.js';
import { exitCodes } from '../src/contract/exit-codes.js';
import {
  queryNames,
  searchAttributes,
  signalNames,
  taskQueues,
  updateNames,
  workflowTypes,
} from '../src/contract/names.js';
import * as library from '../src/index.js';
import * as output from '../src/plan/output.js';
import * as offline from '../src/offline/index.js';
import * as worker from '../src/plugin/index.js';
import * as testing from '../src/plugin/testing.js';
import * as workflows from '../workflows/library.js';
import { Desk } from './support/fanfold.js';

// What others build on. A change here is a change of the contract, and belongs into the changelog.

it('keeps the names on the wire', () => {
  expect({
    workflowTypes,
    taskQueues,
    queryNames,
    signalNames,
    updateNames,
    searchAttributes,
    exitCodes,
  }).toMatchSnapshot();
});

it('keeps the names that the package exports', () => {
  const names = { library, workflows, output, activities, worker, testing, offline };
  expect(
    Object.fromEntries(Object.entries(names).map(([entry, module]) => [entry, Object.keys(module).toSorted()])),
  ).toMatchSnapshot();
});

it('keeps the flags of every command', async () => {
  const desk = await Desk.open();
  try {
    const commands = [
      'perspectives',
      'summarise',
      'map',
      'graph',
      'validate',
      'gather',
      'agent',
      'compare',
      'research',
      'approve',
      'dev',
      'worker',
      'gateway',
      'spend',
      'list',
      'show',
      'watch',
      'resume',
      'cancel',
      'doctor',
      'limits',
      'report',
      'slow',
      'journal',
      'home',
      'offline-model',
    ];
    for (const words of [[], ...commands.map((command) => [command])]) {
      const { code, stdout } = await desk.inProcess([...words, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatchSnapshot(words.join(' ') || 'fanfold');
    }
  } finally {
    await desk.close();
  }
});
