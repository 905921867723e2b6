import { describe, expect, it } from 'vitest';

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
});
