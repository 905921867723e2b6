import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A run ends when it is listed, and fails over payloads that the worker's codec refuses; runs of one's own are listed with their end. */
const names = ['refuse-payloads', 'list-runs', 'own-runs'];

/** Paths of the interceptors of workflows, which do nothing in those that do not fan out. */
export function interceptorModules(): string[] {
  return names.map((name) => {
    const place = (ending: string) => fileURLToPath(new URL(`../../workflows/${name}${ending}`, import.meta.url));
    // Beside the compiled code, or beside the sources where these are run.
    return existsSync(place('.js')) ? place('.js') : place('.ts');
  });
}
