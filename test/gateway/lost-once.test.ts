import { describe, expect, it, vi } from 'vitest';

import { questionKey } from '../../src/journal/index.js';
import { patienceMs } from '../support/patience.js';
import { GatewayDesk, questionAbout, Try } from './desk.js';

describe('a call that a gateway dies with', () => {
  it('is lost once where an earlier try had begun it (Pending-4)', async () => {
    const desk = await GatewayDesk.open();
    const { model } = desk;
    const gate = model.hold();
    const question = questionAbout('Who counts this?');
    const first = await desk.worker();
    new Try(first, question);
    await model.until(() => gate.waiting.length === 1);
    first.close();
    const next = new Try(await desk.worker(), question);
    await next.joined;
    await desk.kill();
    await desk.start();
    gate.release();
    await next.answer;
    // The first try's worker has counted that call.
    expect(next.calls.map(({ settled }) => settled)).toEqual([true, true]);
  });

  it('is lost once where two branches wait for it (Pending-4)', async () => {
    const desk = await GatewayDesk.open();
    const { model } = desk;
    const gate = model.hold();
    const worker = await desk.worker();
    const tries = ['run-1/a', 'run-1/b'].map((asker) => new Try(worker, questionAbout('Who pays?', { asker })));
    await model.until(() => gate.waiting.length === 1);
    await Promise.race(tries.map(({ joined }) => joined));
    await desk.kill();
    await desk.start();
    gate.release();
    await Promise.all(tries.map(({ answer }) => answer));
    const lost = tries.flatMap(({ calls }) => calls.filter(({ settled }) => !settled));
    expect(lost).toHaveLength(1);
  });

  it('is lost no longer where its answer had been kept and not told (Pending-4)', async () => {
    const desk = await GatewayDesk.open();
    const { journal, model } = desk;
    let isDying = true;
    // What is written down after the answer was kept: a gateway that dies then has told nobody.
    const recordSpend: typeof journal.recordSpend = (...rows) =>
      isDying ? new Promise(() => {}) : journal.recordSpend(...rows);
    const dying = new Proxy(journal, {
      get: (_, name) => {
        const value = name === 'recordSpend' ? recordSpend : (Reflect.get(journal, name) as unknown);
        return typeof value === 'function' ? value.bind(journal) : value;
      },
    });
    await desk.kill();
    Object.assign(desk.settings, { journal: dying });
    await desk.start();
    const question = questionAbout('What was kept?');
    const asked = new Try(await desk.worker(), question);
    const body = { source: model.url, body: question.body };
    await vi.waitFor(async () => expect(await journal.get(questionKey(body))).toBeDefined(), patienceMs);
    await desk.kill();
    isDying = false;
    await desk.start();
    expect((await asked.answer).from).toBe('api');
    expect(asked.calls.map(({ settled, wasLost, usage }) => [settled, wasLost, usage !== undefined])).toEqual([
      [false, undefined, false],
      [true, true, true],
    ]);
    expect(model.total).toBe(1);
  });
});
