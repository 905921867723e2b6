import { setImmediate as nextRound } from 'node:timers/promises';

import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';

import { historyEvents } from '../../src/client/index.js';

const closeEvent = 2;
const completed = { workflowExecutionCompletedEventAttributes: {} };
const token = new Uint8Array([1]);

/** A server that has so many events behind each question, and news for ever, until its run ends after `endsInMs`. */
function serverOf({ perPage, pages = Infinity, endsInMs }: { perPage: number; pages?: number; endsInMs?: number }) {
  const asked = { news: 0, end: 0 };
  const ended = new Promise<void>((resolve) => {
    if (endsInMs !== undefined) setTimeout(resolve, endsInMs);
  });
  let isEnded = false;
  void ended.then(() => (isEnded = true));
  let last = 0;
  const page = (count: number, isLast: boolean) => {
    const events = Array.from({ length: count }, () => ({ eventId: (last += 1) }));
    return { events: isLast ? events.with(-1, { eventId: last, ...completed }) : events };
  };
  const getWorkflowExecutionHistory = async ({ historyEventFilterType }: { historyEventFilterType?: number }) => {
    if (historyEventFilterType === closeEvent) {
      asked.end += 1;
      await ended;
      return { history: { events: [{}] }, nextPageToken: new Uint8Array() };
    }
    asked.news += 1;
    await nextRound();
    const isLast = isEnded || asked.news >= pages;
    return { history: page(perPage, isLast), nextPageToken: isLast ? new Uint8Array() : token };
  };
  const client = {
    options: { namespace: 'default' },
    connection: { withAbortSignal: <Value>(_: AbortSignal, call: () => Promise<Value>) => call() },
    workflowService: { getWorkflowExecutionHistory },
  } as unknown as Client;
  return { client, asked };
}

async function followed(client: Client): Promise<number> {
  let count = 0;
  for await (const _ of historyEvents(client, { workflowId: 'one' }, { wait: true })) count += 1;
  return count;
}

describe('a run that is followed', () => {
  it('is not asked about for each event where they come fast, and is at its end at once', async () => {
    const { client, asked } = serverOf({ perPage: 1, endsInMs: 30 });
    await followed(client);
    expect(asked.news).toBeLessThanOrEqual(3);
    expect(asked.end).toBe(1);
  });

  it('is read without a pause where it has a long history already', async () => {
    const { client, asked } = serverOf({ perPage: 200, pages: 3 });
    expect(await followed(client)).toBe(600);
    expect(asked).toEqual({ news: 3, end: 0 });
  });
});
