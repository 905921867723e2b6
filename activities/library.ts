import { ApplicationFailure } from '@temporalio/common';

import type { LibraryActivities, OutcomePage, OutcomePlace } from '../src/contract/activities.js';
import type { StoredBranch } from '../src/contract/branch.js';
import { FanfoldError } from '../src/contract/errors.js';
import { failureTypes } from '../src/contract/failures.js';
import type { FailureType } from '../src/contract/failures.js';
import type { Blob } from '../src/contract/lanes.js';
import { maxReadBytes } from '../src/contract/limits.js';
import { boundsOf } from '../src/model/index.js';
import { modelFor } from './ask/api-for.js';
import type { ActivitiesSettings } from './settings.js';
import { documentContent } from './stored/document-content.js';
import { promptOf, withFiles } from './stored/prompt-of.js';

/** Bytes of outcomes that go into history at once. Temporal takes 2 MB; a workflow that is told of too many at once holds up its worker. */
const pageBytes = 700_000;

/** The activities behind `fanfold/workflows`: what a workflow cannot do itself, and no branch does. */
export function createLibraryActivities(
  settings: Pick<ActivitiesSettings, 'store' | 'api' | 'env'>,
): LibraryActivities {
  const { store } = settings;
  return {
    placeText: async (text) => {
      const { sha256, bytes } = await store.putText(text);
      return { sha256, bytes };
    },
    placeItems: (together) =>
      Promise.all(
        together.map(async (items) => {
          const { sha256, bytes } = await store.putText(JSON.stringify(items));
          return { sha256, bytes, count: items.length };
        }),
      ),
    readOutcomes: (reports, from) => final(() => pageOf(reports, from, store)),
    readStored: (stored) =>
      final(async () => {
        if (stored.bytes > maxReadBytes) {
          const message = `Expected a value of at most ${maxReadBytes} bytes, which history can take, got ${stored.bytes}.`;
          throw ApplicationFailure.nonRetryable(message, 'ValueTooLarge');
        }
        return JSON.parse(await store.readText(stored)) as unknown;
      }),
    boundQuestion: (request) =>
      final(async () => {
        const document = request.document && (await documentContent(request.document, store));
        const prompt = await promptOf(request, store);
        const model = modelFor({ offline: false, model: request.model }, settings);
        const [bound = Infinity] = boundsOf(
          [{ request: { ...request, model, prompt: prompt.text } }],
          withFiles(document, prompt),
        );
        return bound;
      }),
  };
}

async function pageOf(
  reports: readonly Blob[],
  from: OutcomePlace,
  store: ActivitiesSettings['store'],
): Promise<OutcomePage> {
  const outcomes: StoredBranch[] = [];
  let bytes = 0;
  let begin = from.outcome;
  for (let report = from.report; report < reports.length; report += 1) {
    const all = JSON.parse(await store.readText(reports[report] as Blob)) as StoredBranch[];
    for (let outcome = begin; outcome < all.length; outcome += 1) {
      const each = all[outcome] as StoredBranch;
      bytes += Buffer.byteLength(JSON.stringify(each));
      // One outcome at least, or there would be no end.
      if (bytes > pageBytes && outcomes.length > 0) return { outcomes, next: { report, outcome } };
      outcomes.push(each);
    }
    begin = 0;
  }
  return { outcomes };
}

/** Failures that another try cannot mend are not tried again. */
async function final<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FanfoldError) || failureTypes[error.type as FailureType] !== 'final') throw error;
    throw ApplicationFailure.nonRetryable(error.message, error.type);
  }
}
