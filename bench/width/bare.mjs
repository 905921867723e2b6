// A bare Promise.all over the SDK, or p-map with at most so many at once: what a durable run is measured against.
import Anthropic from '@anthropic-ai/sdk';

const [url, count, atOnce] = process.argv.slice(2);
const client = new Anthropic({ apiKey: 'bench', authToken: null, baseURL: url, maxRetries: 0 });
const ask = (index) =>
  client.messages.create({
    model: 'claude-sonnet-5-5',
    max_tokens: 512,
    messages: [{ role: 'user', content: `Summarise: the supplier of annex ${index} owes the customer notice.` }],
  });
const all = Array.from({ length: Number(count) }, (_, index) => index);
const map =
  atOnce === 'all'
    ? () => Promise.all(all.map(ask))
    : await import('../peers/p-map.mjs').then(
        ({ default: pMap }) =>
          () =>
            pMap(all, ask, { concurrency: Number(atOnce) }),
      );
const startedAt = performance.now();
await map();
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    ms: performance.now() - startedAt,
    cpuMs: (user + system) / 1_000,
    peakMb: process.resourceUsage().maxRSS / 1_024,
  }),
);
