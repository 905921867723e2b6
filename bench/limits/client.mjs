// One process of a contender: makes calls for so long, lets those in flight end, and tells what has become of its branches, when it is done or asked.
import Anthropic from '@anthropic-ai/sdk';

import { ModelClients } from '../../dist/src/model/call/client.js';
import { Limiters, outcomeOfFailure, systemClock } from '../../dist/src/model/limiter/index.js';
import { retryDelayMs } from '../../dist/src/model/call/retry-delay.js';
import { runTasks } from './tasks.mjs';
import { throughGateway } from './through-gateway.mjs';

const model = 'claude-sonnet-5-5';
const words = 'supplier customer agreement availability credit liability notice termination governing annex'.split(' ');

process.once('message', async ({ contender, url, durationMs, promptWords, optimalAnswers }) => {
  const told = { begun: 0, ok: 0, failed: 0 };
  const tell = () => process.send(told, () => process.exit());
  process.once('message', tell);
  /** @returns {import('@anthropic-ai/sdk').Anthropic.MessageCreateParamsNonStreaming & { messages: { content: string }[] }} */
  const ask = () => ({ model, max_tokens: 200, messages: [{ role: 'user', content: prompt(promptWords) }] });
  const until = Date.now() + durationMs;
  const count = (call) => {
    told.begun += 1;
    return call.then(
      () => (told.ok += 1),
      () => (told.failed += 1),
    );
  };
  // As people use it: with the two retries that are its default.
  const sdk = new Anthropic({ apiKey: 'bench', authToken: null, baseURL: url });

  if (contender.kind === 'limiter') await limited(url, ask, until, told);
  if (contender.kind === 'gateway') await throughGateway(url, ask, until, told);
  if (contender.kind === 'semaphore') {
    const lane = async () => {
      while (Date.now() < until) await count(sdk.messages.create(ask()));
    };
    await Promise.all(Array.from({ length: contender.size }, lane));
  }
  if (contender.kind === 'bare') {
    await Promise.all(Array.from({ length: optimalAnswers }, () => count(sdk.messages.create(ask()))));
  }
  tell();
});

/** Slots, limiter and retries as a worker of fanfold's has them; the task queue is a list. */
async function limited(url, ask, until, told) {
  const { whole } = new ModelClients().anthropicOf({ apiKey: 'bench', baseURL: url });
  const limiters = new Limiters({ ceiling: 200, firstCap: 8, clock: systemClock, random: Math.random });
  await runTasks(limiters.slots, { until, told, begin: () => ({ body: ask(), tries: 0 }), attempt });

  async function attempt({ body, tries: triesBefore }) {
    const inputTokens = Math.ceil(body.messages[0].content.length / 4);
    return limiters.of(model).run({ inputTokens }, async (permit) => {
      try {
        const { data, response } = await whole.messages.create(body).withResponse();
        const { input_tokens, output_tokens } = data.usage;
        const usage = {
          inputTokens: input_tokens,
          outputTokens: output_tokens,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
        };
        permit.end({ is: 'answered', usage, headers: response.headers });
        told.ok += 1;
      } catch (error) {
        // A fault of this program is no failure of a branch.
        if (!(error instanceof Anthropic.APIError)) throw error;
        const outcome = outcomeOfFailure(error, Date.now());
        permit.end(outcome);
        if (outcome.is !== 'throttled') return void (told.failed += 1);
        const tries = triesBefore + 1;
        return {
          task: { body, tries },
          waitMs: retryDelayMs({ askedMs: outcome.retryAfterMs, tries, throttled: true }),
        };
      }
    });
  }
}

function prompt(count) {
  return Array.from({ length: count }, () => words[Math.floor(Math.random() * words.length)]).join(' ');
}
