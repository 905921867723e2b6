import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { FanfoldPlugin } from '../../../../dist/src/plugin/index.js';

/** Where runs of somebody's own workflows are served. */
export const taskQueue = 'nemesis-own';

let bundle;

/** The workflows, bundled once for all rounds. @returns the path of the file */
export function bundled(folder) {
  bundle ??= (async () => {
    const workflowsPath = fileURLToPath(new URL('workflows.mjs', import.meta.url));
    const logger = new DefaultLogger('ERROR');
    const { code } = await bundleWorkflowCode({ workflowsPath, plugins: [new FanfoldPlugin()], logger });
    const path = join(folder, 'own-workflows.js');
    await writeFile(path, code);
    return path;
  })();
  return bundle;
}
