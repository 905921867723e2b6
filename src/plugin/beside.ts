import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';

import { InputError } from '../contract/errors.js';
import { startWorkers } from '../worker/index.js';
import type { RunningWorkers } from '../worker/index.js';
import { equipped } from './plugin-defaults.js';
import type { Equipped } from './plugin-defaults.js';
import type { PluginSettings } from './plugin-settings.js';

/** fanfold's workers that run beside those of a program. */
export interface Beside extends Pick<Equipped, 'close'> {
  workers: RunningWorkers;
}

/** Where they run, as the program's own worker there was made. */
export interface Place {
  namespace: string;
  connection?: NativeConnection | undefined;
  dataConverter?: DataConverter | undefined;
}

/** What the SDK says of a second worker of a task queue in one process. */
const isTwice = /overlapping worker task types on the same namespace/;

/** @throws InputError where those of another plugin run there already */
export async function startBeside(
  settings: PluginSettings,
  { namespace, connection, dataConverter }: Place,
): Promise<Beside> {
  const { settings: whole, close } = await equipped(settings);
  try {
    const workers = await startWorkers({
      ...whole,
      namespace,
      dataConverter,
      ...(connection === undefined ? { connectionOptions: {} } : { connection }),
    });
    return { workers, close };
  } catch (error) {
    await close();
    throw isTwice.test((error as Error).message) ? takenBy(namespace) : error;
  }
}

function takenBy(namespace: string): InputError {
  return new InputError(
    `Expected one FanfoldPlugin for all workers of a process in the namespace ${namespace}, got two.`,
    'Make one, and give it to each of them: they share what runs beside them.',
  );
}
