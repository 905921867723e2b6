import { expect, it } from 'vitest';

import { noUsage } from '../../src/contract/usage.js';
import { answeredOffline } from '../../src/fold/answered-offline.js';
import { branchOf, reportedOf, toolOf } from '../report/reported.js';

it('says that the offline model has answered only where it has', () => {
  const offline = { offline: true };
  expect(answeredOffline(reportedOf([toolOf(0)], offline).run)).toBe(false);
  expect(answeredOffline(reportedOf([branchOf(0)]).run)).toBe(false);
  expect(answeredOffline(reportedOf([toolOf(0), branchOf(1)], offline).run)).toBe(true);
  // A wide run may be told without its branches, and a fan-in is no branch.
  expect(answeredOffline(reportedOf([], { ...offline, usage: { ...noUsage, outputTokens: 3 } }).run)).toBe(true);
  expect(answeredOffline(reportedOf([], { ...offline, savedUsd: 0.1 }).run)).toBe(true);
});
