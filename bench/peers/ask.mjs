import Anthropic from '@anthropic-ai/sdk';

/** The call that every contender makes. */
export function asker(url) {
  const client = new Anthropic({ apiKey: 'bench', authToken: null, baseURL: url, maxRetries: 0 });
  return async (index) => {
    const { content } = await client.messages.create({
      model: 'claude-sonnet-5-5',
      max_tokens: 512,
      messages: [{ role: 'user', content: `Summarise: the supplier of annex ${index} owes the customer notice.` }],
    });
    return content[0].text;
  };
}

export const range = (count) => Array.from({ length: count }, (_, index) => index);

/** Runs it several times in this process and prints each time in milliseconds: the first is of a new process. */
export async function measured(times, run) {
  const ms = [];
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now();
    await run(time);
    ms.push(performance.now() - startedAt);
  }
  console.log(JSON.stringify({ ms }));
}
