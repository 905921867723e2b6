import { Secrets } from '../../src/secrets/index.js';
import type { ActivitiesSettings } from '../settings.js';

/** The secrets of one worker process: those in its settings, in its environment and in its API's address and key. */
export function secretsOf({ secrets, env, api }: Pick<ActivitiesSettings, 'secrets' | 'env' | 'api'>): Secrets {
  const known = secrets ?? new Secrets(env);
  known.add(api?.apiKey);
  known.addUrl(api?.baseURL);
  return known;
}
