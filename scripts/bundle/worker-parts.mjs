// Makes one script of Temporal's worker: what it looks for beside its modules is named for where it is.
import { readFile } from 'node:fs/promises';

/** Files whose paths are found as the program runs. */
export const foundBesideWorker = ['@temporalio/core-bridge/package.json', './workflow-thread.js'];

/** The native part lies in its package; the thread of the workflows is a bundle of its own, beside this one. */
export function workerParts({ onLoad }) {
  onLoad({ filter: /[\\/]core-bridge[\\/]common\.js$/ }, ({ path }) =>
    replaced(path, '__dirname', `path.dirname(require.resolve('@temporalio/core-bridge/package.json'))`),
  );
  onLoad({ filter: /[\\/]workflow[\\/]threaded-vm\.js$/ }, ({ path }) =>
    replaced(path, `require.resolve('./workflow-worker-thread')`, `require.resolve('./workflow-thread.js')`),
  );
}

async function replaced(path, what, by) {
  const text = await readFile(path, 'utf8');
  if (text.split(what).length !== 2) throw new Error(`Expected \`${what}\` once in ${path}.`);
  return { contents: text.replace(what, by), loader: 'js' };
}
