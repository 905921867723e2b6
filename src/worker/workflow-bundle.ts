import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { FanfoldError } from '../contract/errors.js';

// Beside the compiled code, or in `dist` when the sources themselves are run.
const places = ['../../workflow-bundle.js', '../../dist/workflow-bundle.js'];

/**
 * Path of the workflow code bundled at build time. Bundling at start-up would cost a worker three to four seconds.
 *
 * @throws FanfoldError `NotBuilt`
 */
export function workflowBundlePath(): string {
  const path = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (path === undefined) {
    throw new FanfoldError('NotBuilt', 'The workflow bundle is missing.', 'Run `npm run build`.');
  }
  return path;
}
