import { Secrets } from '../../src/secrets/index.js';
import type { ActivitiesSettings } from '../settings.js';

/** The secrets of one worker process: those that it was given with its settings, and those of its environment and its API. */
export function secretsOf({ secrets, env, api }: Pick<ActivitiesSettings, 'secrets' | 'env' | 'api'>): Secrets {
  const known = secrets ?? new Secrets(env);
  known.add(api?.apiKey);
  known.addUrl(api?.baseURL);
  return known;
}
