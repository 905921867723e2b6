import type { Secrets } from '../../src/secrets/index.js';
import type { ActivitiesSettings } from '../settings.js';

type Activity = (...input: never[]) => Promise<unknown>;

/**
 * Takes secrets out of the outcomes and failures of activities. An API, a source or a tool may echo the header that it was asked
 * with. Nothing reaches history or the store that has not passed here.
 */
export function withoutSecrets<All extends { [Name in keyof All]: Activity }>(activities: All, secrets: Secrets): All {
  const guarded = Object.entries<Activity>(activities).map(([name, run]): [string, Activity] => [
    name,
    async (...input) => {
      try {
        return secrets.value(await run(...input));
      } catch (error) {
        throw secrets.error(error);
      }
    },
  ]);
  return Object.fromEntries(guarded) as All;
}

/** A store that takes secrets out of each text before it is put. */
export function storeWithout(store: ActivitiesSettings['store'], secrets: Secrets): ActivitiesSettings['store'] {
  return {
    putText: (text) => store.putText(secrets.text(text)),
    readText: (reference) => store.readText(reference),
    readBytes: (reference) => store.readBytes(reference),
  };
}
