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

/**
 * Runs it several times in this process and prints each time in milliseconds, of which the first is of a new process; or once
 * under a name that a process after this one can take up again, and prints that it is done.
 */
export async function measured(times, run) {
  if (!/^\d+$/.test(times)) {
    await run(times);
    console.log(JSON.stringify({ done: true }));
    return;
  }
  const ms = [];
  const before = process.cpuUsage();
  for (let time = 0; time < Number(times); time += 1) {
    const startedAt = performance.now();
    await run(`${process.pid}-${time}`);
    ms.push(performance.now() - startedAt);
  }
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1_000 / Number(times);
  console.log(JSON.stringify({ ms, cpuMs, peakMb: process.resourceUsage().maxRSS / 1_024 }));
}
