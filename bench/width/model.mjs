// The API of one bench run, in a process of its own.
//   node model.mjs <milliseconds> [heavy | spread]
// `heavy`: 3 calls in 100 take 25 times as long. `spread`: annex n of a hundred takes n / 100 of 20 times as long, and more.
import { startOfflineModel } from '@fanfold/offline-model';

const latencyMs = Number(process.argv[2]);
const latencies = {
  heavy: () => (Math.random() < 0.03 ? 25 * latencyMs : latencyMs),
  spread: ({ prompt, document }) => {
    const [, annex = '0'] = /annex (\d+)/.exec(`${document} ${prompt}`) ?? [];
    return latencyMs + (Number(annex) % 100) * 0.2 * latencyMs;
  },
};
const tally = { calls: 0, answered: 0 };
const model = await startOfflineModel({
  latencyMs: latencies[process.argv[3]] ?? latencyMs,
  retain: { calls: 10, requests: 0 },
  onCall: ({ answered }, moment) => {
    if (moment === 'arrived') tally.calls += 1;
    else if (answered) tally.answered += 1;
  },
});
process.send({ url: model.url });
process.on('message', () => process.send(tally));
process.on('disconnect', () => process.exit());
