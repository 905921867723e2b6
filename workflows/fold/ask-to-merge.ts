import { uuid4 } from '@temporalio/workflow';

import type { ModelRequest } from '../../src/contract/model-request.js';
import { synthesisRequest } from '../../src/fold/fan-in.js';
import type { StoredBranch } from '../../src/contract/branch.js';
import type { Written } from '../../src/contract/run-result.js';
import { askAlone } from '../engine/ask-alone.js';
import type { AskSettings } from '../engine/branch.js';

/**
 * Asks a model to bring the values of one key together, where no reducer can.
 *
 * @param criteria what the model is to come to
 * @returns the branch of the call: its output is the text, where it is ok, and its cost belongs on the bill
 */
export function askToMerge(
  key: string,
  written: readonly Written[],
  criteria: string,
  base: Pick<ModelRequest, 'model' | 'maxTokens'>,
  settings: AskSettings,
): Promise<StoredBranch> {
  const answers = written.map(({ by, value }) => ({ key: by, output: { inline: value } }));
  const request = synthesisRequest(base, { answers, missing: [], criteria, mark: uuid4() });
  const place = { key: `merge ${key}`, index: 0, queuedAtMs: Date.now() };
  return askAlone(place, { request, ...settings });
}
