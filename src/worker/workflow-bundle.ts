import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { FanfoldError } from '../contract/errors.js';

// Beside the compiled code, or in `dist` when the sources themselves are run.
const places = ['../../', '../../dist/'];

/** `traced` has OpenTelemetry in the sandbox, which costs a workflow time and memory. */
export type Bundle = 'plain' | 'traced';

const names: Record<Bundle, string> = { plain: 'workflow-bundle.js', traced: 'workflow-bundle-traced.js' };

/**
 * Path of the workflow code bundled at build time. Bundling at start-up would cost a worker three to four seconds.
 *
 * @throws FanfoldError `NotBuilt`
 */
export function workflowBundlePath(bundle: Bundle = 'plain'): string {
  const path = places.map((place) => fileURLToPath(new URL(place + names[bundle], import.meta.url))).find(existsSync);
  if (path === undefined) {
    throw new FanfoldError('NotBuilt', 'The workflow bundle is missing.', 'Run `npm run build`.');
  }
  return path;
}
