import { CpuPool } from '../src/cpu/index.js';
import type { Activities } from '../src/contract/activities.js';
import { usePrices } from '../src/model/own-prices.js';
import { rulesPolicy } from '../src/tools/index.js';
import { createAskModel } from './ask-model.js';
import type { ActivitiesSettings } from './settings.js';
import { createCheckGrammar } from './check-grammar.js';
import { createFoldAnswers } from './fold-answers.js';
import { createFindPattern } from './find-pattern.js';
import { createLibraryActivities } from './library.js';
import { createCallTool } from './call-tool.js';
import { createBatchActivities } from './batches.js';
import { createRunLane } from './run-lane.js';
import { createUntold } from './untold.js';
import { createSearchSource } from './search-source.js';
import { secretsOf } from './branch/secrets-of.js';
import { Pace } from './sources/pace.js';
import { storeWithout, withoutSecrets } from './branch/without-secrets.js';

/**
 * The activities of one worker process. No secret that the process knows leaves them.
 *
 * @throws InputError where its policy or the prices of its environment cannot be meant
 */
export function createActivities(given: ActivitiesSettings) {
  const secrets = secretsOf(given);
  if (given.env !== undefined) usePrices(given.env);
  const settings = { ...given, secrets, store: storeWithout(given.store, secrets) };
  const cpu = settings.cpu ?? new CpuPool();
  // All activities share one pace: a host is asked no more often than it wants.
  const pace = new Pace();
  const { policy: rules = {} } = settings;
  const policy = 'allows' in rules ? rules : rulesPolicy(rules);
  const activities = {
    askModel: createAskModel({ ...settings, cpu }),
    searchSource: createSearchSource({ env: settings.env ?? {}, secrets }, cpu, pace, policy),
    callTool: createCallTool(settings, cpu, pace, policy),
    checkGrammar: createCheckGrammar(settings, cpu),
    findPattern: createFindPattern(settings, cpu),
    runLane: createRunLane({ ...settings, cpu }),
    ...createBatchActivities({ ...settings, cpu }),
    ...createUntold(settings),
    isSearchable: settings.isSearchable ?? (async () => false),
    ...createLibraryActivities(settings),
    ...createFoldAnswers(settings),
  } satisfies Activities;
  return withoutSecrets(activities, secrets);
}
