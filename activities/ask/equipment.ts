import { CpuPool } from '../../src/cpu/index.js';
import { ModelCaller } from '../../src/model/call/model-caller.js';
import { capturesContent } from '../../src/model/call/model-span.js';
import type { Secrets } from '../../src/secrets/index.js';
import { secretsOf } from '../branch/secrets-of.js';
import type { ActivitiesSettings } from '../settings.js';

/** What a worker has for every attempt. */
export interface Equipment {
  settings: ActivitiesSettings;
  models: ModelCaller;
  secrets: Secrets;
  cpu: Pick<CpuPool, 'run' | 'runPattern'>;
}

export function equipmentOf(settings: ActivitiesSettings): Equipment {
  const secrets = settings.secrets ?? secretsOf(settings);
  const { limiters, watchdogs, env } = settings;
  const models = new ModelCaller({ limiters, watchdogs, secrets, env, tracesContent: capturesContent(env) });
  return { settings, models, secrets, cpu: settings.cpu ?? new CpuPool() };
}
