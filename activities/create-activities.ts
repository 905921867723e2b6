import type { Activities } from '../src/contract/activities.js';
import { createAskModel } from './ask-model.js';
import type { ActivitiesSettings } from './ask-model.js';
import { createCallTool } from './call-tool.js';
import { createBatchActivities } from './batches.js';
import { createRunLane } from './lane.js';
import { createSearchSource } from './search-source.js';

/** The activities of one worker process. */
export function createActivities(settings: ActivitiesSettings) {
  return {
    askModel: createAskModel(settings),
    searchSource: createSearchSource(settings.env ?? {}),
    callTool: createCallTool(settings),
    runLane: createRunLane(settings),
    ...createBatchActivities(settings),
  } satisfies Activities;
}
