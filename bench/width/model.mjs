// The API of one bench run, in a process of its own: answers every call after so many milliseconds.
import { startOfflineModel } from '../../dist/src/offline/index.js';

const latencyMs = Number(process.argv[2]);
const tail = process.argv[3] === 'heavy';
let calls = 0;
const model = await startOfflineModel({
  // Heavy: 3 calls in 100 take 25 times as long.
  latencyMs: tail ? () => (Math.random() < 0.03 ? 25 * latencyMs : latencyMs) : latencyMs,
  retain: { calls: 10, requests: 0 },
  onCall: (_, moment) => {
    if (moment === 'arrived') calls += 1;
  },
});
process.send({ url: model.url });
process.on('message', (message) => {
  if (message === 'calls') process.send({ calls: model.total });
  else void model.stop().then(() => process.disconnect());
});
