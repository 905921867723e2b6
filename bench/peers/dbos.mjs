// DBOS: a step a branch, in PostgreSQL.
import { DBOS } from '@dbos-inc/dbos-sdk';

import { asker, measured, range } from './ask.mjs';

const [url, count, times, database] = process.argv.slice(2);
const ask = asker(url);
const fan = DBOS.registerWorkflow(
  (width) => Promise.all(range(width).map((index) => DBOS.runStep(() => ask(index), { name: `ask ${index}` }))),
  { name: 'fan' },
);
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: database, logLevel: 'error' });
await DBOS.launch();
await measured(times, async (workflowID) => {
  const handle = await DBOS.startWorkflow(fan, { workflowID })(Number(count));
  await handle.getResult();
});
await DBOS.shutdown();
process.exit(0);
