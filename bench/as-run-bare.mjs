// So many questions at once by the SDK alone; prints the milliseconds that they took.
import Anthropic from '@anthropic-ai/sdk';

const [, , width, round] = process.argv;
const client = new Anthropic({ maxRetries: 0 });
const began = performance.now();
await Promise.all(
  Array.from({ length: Number(width) }, (_, at) =>
    client.messages.create({
      model: 'claude-sonnet-5-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: `Document ${at} owes something, ${round}.` }],
    }),
  ),
);
console.log(Math.round(performance.now() - began));
