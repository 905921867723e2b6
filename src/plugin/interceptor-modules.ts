import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Interceptors of fanfold's own workflows: a run ends when it is listed, and fails over payloads that the worker's codec refuses. */
const names = ['refuse-payloads', 'list-runs'];

/** Paths of the interceptors of fanfold's workflows, which do nothing in workflows of others. */
export function interceptorModules(): string[] {
  return names.map((name) => {
    const place = (ending: string) => fileURLToPath(new URL(`../../workflows/${name}${ending}`, import.meta.url));
    // Beside the compiled code, or beside the sources where these are run.
    return existsSync(place('.js')) ? place('.js') : place('.ts');
  });
}
