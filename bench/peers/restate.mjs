// Restate: a step a branch, on a server of its own with its database on disk.
import './polyfill.mjs';
import * as clients from '@restatedev/restate-sdk-clients';
import * as restate from '@restatedev/restate-sdk';

import { asker, measured, range } from './ask.mjs';

const [url, count, times, ingress, admin, port] = process.argv.slice(2);
const ask = asker(url);
const fan = restate.service({
  name: 'fan',
  handlers: {
    out: (context, width) =>
      restate.RestatePromise.all(range(width).map((index) => context.run(`ask ${index}`, () => ask(index)))),
  },
});
await restate.serve({ services: [fan], port: Number(port), logger: () => {} });
const response = await fetch(`${admin}/deployments`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ uri: `http://127.0.0.1:${port}`, force: true }),
});
if (!response.ok) throw new Error(await response.text());
const client = clients.connect({ url: ingress }).serviceClient({ name: 'fan' });
await measured(times, (name) => client.out(Number(count), clients.Opts.from({ idempotencyKey: `fan-${name}` })));
process.exit(0);
