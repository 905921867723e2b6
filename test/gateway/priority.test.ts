import Anthropic from '@anthropic-ai/sdk';
import { expect, it } from 'vitest';

import { Limiters, systemClock } from '../../src/model/limiter/index.js';
import { GatewayDesk } from './desk.js';

it("another program's call goes first with a higher priority, where several wait", async () => {
  const limiters = new Limiters({ ceiling: 1, firstCap: 1, clock: systemClock, random: Math.random });
  const { model, address } = await GatewayDesk.open({ limiters: { paid: limiters, offline: limiters } });
  const gate = model.hold();
  const ask = (content: string, priority?: string) => {
    const headers = priority === undefined ? {} : { 'fanfold-priority': priority };
    return new Anthropic({ baseURL: address, apiKey: 'none', maxRetries: 0, defaultHeaders: headers }).messages.create({
      model: 'claude-sonnet-5-5',
      max_tokens: 100,
      messages: [{ role: 'user', content }],
    });
  };
  const asked = [ask('One is first.')];
  await model.until(() => gate.waiting.length === 1);
  for (const [content, priority] of [['Two says nothing.'], ['Three says 5.', '5'], ['Four says 1.', '1']] as const) {
    const before = limiters.waiting;
    asked.push(ask(content, priority));
    await expect.poll(() => limiters.waiting).toBe(before + 1);
  }
  gate.release();
  await Promise.all(asked);
  const order = model.calls.map(({ prompt, document }) => /One|Two|Three|Four/.exec(`${document} ${prompt}`)?.[0]);
  expect(order).toEqual(['One', 'Four', 'Two', 'Three']);
});
