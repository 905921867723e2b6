import { CpuPool } from '../src/cpu/index.js';
import type { Activities } from '../src/contract/activities.js';
import { createAskModel } from './ask-model.js';
import type { ActivitiesSettings } from './settings.js';
import { createCheckGrammar } from './check-grammar.js';
import { createFindPattern } from './find-pattern.js';
import { createCallTool } from './call-tool.js';
import { createBatchActivities } from './batches.js';
import { createRunLane } from './run-lane.js';
import { createSearchSource } from './search-source.js';
import { Pace } from './sources/pace.js';

/** The activities of one worker process. */
export function createActivities(settings: ActivitiesSettings) {
  const cpu = settings.cpu ?? new CpuPool();
  // A host is asked no more often than it wants, by whichever of them.
  const pace = new Pace();
  return {
    askModel: createAskModel({ ...settings, cpu }),
    searchSource: createSearchSource(settings.env ?? {}, cpu, pace),
    callTool: createCallTool(settings, cpu, pace),
    checkGrammar: createCheckGrammar(settings, cpu),
    findPattern: createFindPattern(settings, cpu),
    runLane: createRunLane({ ...settings, cpu }),
    ...createBatchActivities({ ...settings, cpu }),
  } satisfies Activities;
}
