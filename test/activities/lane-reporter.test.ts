import { setTimeout as sleep } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { LaneReporter } from '../../activities/lane/lane-reporter.js';
import { fromRanges } from '../../src/contract/lanes.js';
import type { LaneReport } from '../../src/contract/lanes.js';
import { outcomeOfSkip } from '../../src/contract/outcome.js';
import type { StoredBranch } from '../../src/contract/branch.js';

function outcome(index: number, status: StoredBranch['status'] = 'ok'): StoredBranch {
  return { ...outcomeOfSkip({ key: `k${index}`, index, queuedAtMs: 0 }, '', 0), status };
}

function open(
  settings: { reportEveryMs?: number; reportFailuresAtOnce?: boolean },
  send: (report: LaneReport) => Promise<void>,
) {
  const stored: string[] = [];
  const putText = async (text: string) => {
    stored.push(text);
    return { sha256: String(stored.length), bytes: text.length };
  };
  const lane = { reportEveryMs: 20, reportFailuresAtOnce: false, ...settings };
  return { reporter: new LaneReporter(lane, { putText }, send), stored };
}

it('tells every outcome once: in a report that was sent, or in the rest', async () => {
  const sent: LaneReport[] = [];
  const { reporter, stored } = open({}, async (report) => void sent.push(report));
  // Three at a time, the next when the last have been told: however slow the timer is.
  for (let index = 0; index < 30; index += 1) {
    reporter.add(outcome(index));
    if (index % 3 === 2 && index < 27) while (sent.length < (index + 1) / 3) await sleep(3);
  }
  const rest = await reporter.rest();
  const told = [...sent, ...(rest === null ? [] : [rest])].flatMap(({ indices }) => fromRanges(indices));
  expect(told).toEqual(Array.from({ length: 30 }, (_, index) => index));
  expect(sent.map(({ indices }) => fromRanges(indices).length)).toEqual(Array.from({ length: 9 }, () => 3));
  expect(fromRanges(rest?.indices ?? [])).toEqual([27, 28, 29]);
  expect(stored.flatMap((text) => JSON.parse(text) as StoredBranch[]).map(({ key }) => key)).toHaveLength(30);
});

it('puts into the next what could not be sent', async () => {
  const { reporter } = open({}, () => Promise.reject(new Error('The server is away.')));
  reporter.add(outcome(0));
  await sleep(60);
  reporter.add(outcome(1));
  const rest = await reporter.rest();
  expect(fromRanges(rest?.indices ?? [])).toEqual([0, 1]);
  expect(rest?.tally).toMatchObject({ ended: 2, byStatus: { ok: 2 } });
});

it('tells a failure at once where one failure ends the run', async () => {
  const sent: LaneReport[] = [];
  const { reporter } = open(
    { reportEveryMs: 60_000, reportFailuresAtOnce: true },
    async (report) => void sent.push(report),
  );
  reporter.add(outcome(0));
  reporter.add(outcome(1, 'failed'));
  await sleep(20);
  expect(sent.map(({ indices }) => indices)).toEqual([[[0, 1]]]);
  expect(await reporter.rest()).toBeNull();
});
