import { CpuPool } from '../../src/cpu/index.js';
import { ModelCaller } from '../../src/model/call/model-caller.js';
import { capturesContent } from '../../src/model/call/gen-ai-tracer.js';
import { OwnLayer } from '../../src/model/layer/index.js';
import type { ModelLayer } from '../../src/model/layer/index.js';
import type { Secrets } from '../../src/secrets/index.js';
import { secretsOf } from '../branch/secrets-of.js';
import type { ActivitiesSettings } from '../settings.js';
import { apiFor } from './api-for.js';

/** What a worker has for every attempt. */
export interface Equipment {
  settings: ActivitiesSettings;
  /** Journal, limiter and calls. */
  layer: ModelLayer;
  secrets: Secrets;
  cpu: Pick<CpuPool, 'run' | 'runPattern'>;
}

export function equipmentOf(settings: ActivitiesSettings): Equipment {
  const secrets = settings.secrets ?? secretsOf(settings);
  const { limiters, watchdogs, env } = settings;
  const layer = settings.layer ?? ownLayer();
  return { settings, layer, secrets, cpu: settings.cpu ?? new CpuPool() };

  function ownLayer(): ModelLayer {
    const models = new ModelCaller({ limiters, watchdogs, secrets, env, tracesContent: capturesContent(env) });
    return new OwnLayer({ journal: settings.journal, models, apiOf: (question) => apiFor(question, settings) });
  }
}
