// A gateway in a process of its own, with a journal in a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listenAddressOf, startGateway } from '../../dist/src/gateway/index.js';
import { openJournal } from '../../dist/src/journal/index.js';
import { Limiters, systemClock } from '../../dist/src/model/limiter/index.js';
import { Secrets } from '../../dist/src/secrets/index.js';

process.once('message', async ({ url }) => {
  const home = await mkdtemp(join(tmpdir(), 'fanfold-bench-gateway-'));
  const journal = await openJournal({ home, onWarning: () => {} });
  const limitersOf = () => new Limiters({ ceiling: 200, firstCap: 20, clock: systemClock, random: Math.random });
  const gateway = await startGateway({
    listen: listenAddressOf('0'),
    journal,
    apiOf: async () => ({ apiKey: 'bench', baseURL: url }),
    foreignLine: 'paid',
    journalAll: false,
    limiters: { paid: limitersOf(), offline: limitersOf() },
    secrets: new Secrets({}),
    env: {},
    cpu: { runPattern: () => Promise.reject(new Error('No pattern was expected.')) },
    version: 'bench',
    say: () => {},
  });
  process.send({ address: gateway.address });
  process.once('message', async () => {
    await gateway.stop();
    await journal.close();
    await rm(home, { recursive: true, force: true });
    process.disconnect();
  });
});
