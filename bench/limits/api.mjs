// The API of one run, in a process of its own: counts what it answers and refuses, call by call.
import { startOfflineModel } from '@fanfold/offline-model';

process.once('message', async ({ limits, latencyMs }) => {
  const answers = [];
  let refused = 0;
  const model = await startOfflineModel({
    limits,
    latencyMs: () => latencyMs * (0.7 + 0.6 * Math.random()),
    retain: { calls: 100, requests: 0 },
    onCall: (call, moment) => {
      if (moment !== 'finished') return;
      if (call.status === 429) refused += 1;
      if (call.answered && call.status === 200)
        answers.push({ at: Date.now(), arrivedAt: call.arrivedAt, tokens: call.usage.input_tokens });
    },
  });
  process.send({ url: model.url });
  process.once('message', async () => {
    process.send({ answers, refused });
    await model.stop();
    process.disconnect();
  });
});
