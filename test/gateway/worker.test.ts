import { describe, expect, it } from 'vitest';

import type { GatewayClient } from '../../src/gateway/index.js';
import { RelayedFailure } from '../../src/model/layer/index.js';
import { GatewayDesk, questionAbout, Try } from './desk.js';

async function failureOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => new Error('Expected a failure, got an answer.'),
    (error: unknown) => error,
  );
}

describe('a question of a worker', () => {
  it('is answered, kept, written down, and found by another branch', async () => {
    const { model, journal, ...desk } = await open();
    const worker = await desk.worker();
    const first = await new Try(worker, questionAbout('What is owed?')).answer;
    const other = await new Try(worker, questionAbout('What is owed?', { asker: 'run-2/0', run: 'run-2' })).answer;
    expect(first).toMatchObject({ from: 'api', savedUsd: 0 });
    expect(other).toMatchObject({ from: 'journal', message: { text: first.message.text } });
    expect(model.total).toBe(1);
    const rows = await journal.spend('');
    expect(rows).toMatchObject([{ run: 'run-1', client: 'local', model: 'claude-sonnet-5-5', calls: 1, untold: 0 }]);
  });

  it('is told what has come of its answer', async () => {
    const desk = await open();
    const question = questionAbout('What is owed, and to whom?');
    // Only long answers are streamed.
    question.body.max_tokens = 5_000;
    const asked = new Try(await desk.worker(), question);
    const { message } = await asked.answer;
    expect(asked.said.length).toBeGreaterThan(0);
    expect(message.text).toContain(asked.said.at(-1));
  });

  it('is known as paid for to the branch that has asked it, and to no other', async () => {
    const { model, ...desk } = await open();
    const worker = await desk.worker();
    const question = questionAbout('Who has paid?');
    expect(await worker.paidBefore(question)).toBeUndefined();
    const { message } = await new Try(worker, question).answer;
    expect(await worker.paidBefore(question)).toMatchObject({ from: 'own', message: { text: message.text } });
    expect(await worker.paidBefore({ ...question, asker: 'run-2/0' })).toBeUndefined();
    expect(model.total).toBe(1);
  });

  it('waits no longer than its branch may take for an API that lets nothing through', async () => {
    const { model, ...desk } = await open();
    model.script({ fault: { kind: 'rate-limit', retryAfter: 0 } });
    const worker = await desk.worker();
    const bound = { sinceMs: 0, mostMs: 1 };
    let failure: unknown;
    for (let each = 0; each < 5 && (failure as { type?: string })?.type !== 'TimedOut'; each += 1)
      failure = await failureOf(new Try(worker, questionAbout('Anybody?', { bound })).answer);
    expect(failure).toMatchObject({ type: 'TimedOut', message: expect.stringContaining('has told every call') });
  });

  it('goes on when its worker goes away without a word, and is joined by the next try of its branch', async () => {
    const { model, ...desk } = await open();
    const gate = model.hold();
    const lost = await desk.worker();
    const question = questionAbout('Who goes there?');
    new Try(lost, question);
    await model.until(() => gate.waiting.length === 1);
    lost.close();
    const next = new Try(await desk.worker(), question);
    gate.release();
    expect(await next.answer).toMatchObject({ from: 'own', savedUsd: 0 });
    // The wait for it is the model's time; what it costs is told by the answer.
    expect(next.calls).toMatchObject([{ usage: undefined, settled: true }]);
    expect(next.calls[0]?.modelMs).toBeGreaterThan(0);
    expect(model.total).toBe(1);
    expect(model.calls.every(({ aborted }) => !aborted)).toBe(true);
  });

  it('is told of to workers while nobody waits for it, and cut when one of them says so', async () => {
    const { model, ...desk } = await open();
    const gate = model.hold();
    const lost = await desk.worker();
    const origin = { workflowId: 'review', runId: 'r1', activityId: '7' };
    new Try(lost, questionAbout('Is anybody there?', { origin }));
    new Try(lost, questionAbout('Who else?'));
    await model.until(() => gate.waiting.length === 2);
    lost.close();
    const next = await desk.worker();
    const [orphan, ...more] = await new Promise<readonly { asker: string }[]>((resolve) => next.onOrphans(resolve));
    expect({ orphan, more }).toEqual({ orphan: { asker: 'run-1/Is anybody there?', origin }, more: [] });
    next.cutAsker(orphan!.asker);
    await model.until(() => gate.waiting.length === 1);
    gate.release();
  });

  it('keeps an answer that is not proper for the branch that had asked, too', async () => {
    const { model, ...desk } = await open();
    model.script({ times: 1, fault: { kind: 'stop-reason', stopReason: 'max_tokens' } });
    const gate = model.hold();
    const lost = await desk.worker();
    const question = questionAbout('How long?');
    new Try(lost, question);
    await model.until(() => gate.waiting.length === 1);
    lost.close();
    gate.release();
    await model.until(() => model.calls.every(({ finishedAt }) => finishedAt !== null));
    const paid = await new Try(await desk.worker(), question).answer;
    expect(paid).toMatchObject({ from: 'own', message: { stopReason: 'max_tokens' } });
    expect(model.total).toBe(1);
  });

  it('is cut when it is no longer wanted, and tells what it had cost', async () => {
    const { model, ...desk } = await open();
    const gate = model.hold();
    const cut = new Try(await desk.worker(), questionAbout('Stop me.'));
    await model.until(() => gate.waiting.length === 1);
    const reason = new Error('CANCELLED');
    cut.abort.abort(reason);
    expect(await failureOf(cut.answer)).toBe(reason);
    await model.until(() => model.calls[0]!.aborted);
    expect(cut.calls).toMatchObject([{ settled: false }]);
    gate.release();
  });

  it.each([
    { what: 'the worker ends', reason: 'WORKER_SHUTDOWN' },
    { what: 'its heartbeats came too late', reason: 'NOT_FOUND' },
    { what: 'Temporal has timed it out', reason: 'TIMED_OUT' },
    { what: 'somebody pauses it', reason: 'PAUSED' },
  ])('goes on for its next try when $what', async ({ reason }) => {
    const { model, ...desk } = await open();
    const gate = model.hold();
    const worker = await desk.worker();
    const question = questionAbout('Go on.');
    const ending = new Try(worker, question);
    await model.until(() => gate.waiting.length === 1);
    ending.abort.abort(new Error(reason));
    await failureOf(ending.answer);
    const next = new Try(worker, question);
    gate.release();
    expect(await next.answer).toMatchObject({ from: 'own' });
    expect(model.calls.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is cut and not asked again where the connection is lost with the word, and counts as lost', async () => {
    const { model, desk } = await openWhole();
    const gate = model.hold();
    const worker = await desk.worker();
    const question = questionAbout('Stop me, if you hear me.');
    const cut = new Try(worker, question);
    await model.until(() => gate.waiting.length === 1);
    desk.hangUp();
    cut.abort.abort(new Error('CANCELLED'));
    await failureOf(cut.answer);
    expect(cut.calls).toMatchObject([{ settled: false }]);
    await model.until(() => model.calls[0]!.aborted);
    expect(model.total).toBe(1);
    gate.release();
    expect(await new Try(worker, question).answer, 'who asks again is not cut').toMatchObject({ from: 'api' });
  });

  it('goes on where the connection is lost as the worker ends', async () => {
    const { model, desk } = await openWhole();
    const gate = model.hold();
    const worker = await desk.worker();
    const question = questionAbout('Go on, whatever is lost.');
    const ending = new Try(worker, question);
    await model.until(() => gate.waiting.length === 1);
    desk.hangUp();
    while (ending.waits === 0) await new Promise((resolve) => setImmediate(resolve));
    ending.abort.abort(new Error('WORKER_SHUTDOWN'));
    await failureOf(ending.answer);
    const next = new Try(worker, question);
    while (next.waits > 0) await new Promise((resolve) => setImmediate(resolve));
    gate.release();
    expect(await next.answer).toMatchObject({ from: 'own' });
    expect(model.calls.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('fails as it would without a gateway', async () => {
    const { model, ...desk } = await open();
    model.script({ times: 1, fault: { kind: 'rate-limit', retryAfter: 1 } });
    const worker = await desk.worker();
    const limited = await failureOf(new Try(worker, questionAbout('One?')).answer);
    expect(limited).toBeInstanceOf(RelayedFailure);
    expect(limited).toMatchObject({ type: 'RateLimited', retryAfterMs: 1_000 });
    model.script({ times: 1, fault: { kind: 'status', status: 400, message: 'too odd' } });
    const refused = await failureOf(new Try(worker, questionAbout('Two?')).answer);
    expect(refused).toMatchObject({ type: 'BadRequest', message: expect.stringContaining('too odd') });
  });

  it('is refused what the budget of the day might not cover', async () => {
    const desk = await GatewayDesk.open({ budgetPerDayUsd: 0.0001 });
    const refused = await failureOf(new Try(await desk.worker(), questionAbout('Too dear?')).answer);
    expect(refused).toMatchObject({ type: 'OverBudget', message: expect.stringMatching(/budget of \$0\.0001 a day/) });
    expect(desk.model.total).toBe(0);
  });

  it('waits while the gateway is away, and is asked again at the next one', async () => {
    const { model, desk } = await openWhole();
    const gate = model.hold();
    const worker = await desk.worker();
    const asked = new Try(worker, questionAbout('Are you there?'));
    await model.until(() => gate.waiting.length === 1);
    await desk.kill();
    const meanwhile = new Try(worker, questionAbout('And now?'));
    expect([meanwhile.waits]).toEqual([1]);
    await desk.start();
    gate.release();
    expect(await asked.answer).toMatchObject({ message: { stopReason: 'end_turn' } });
    expect(await meanwhile.answer).toMatchObject({ from: 'api' });
    expect([asked.waits, meanwhile.waits]).toEqual([0, 0]);
  });

  it('is its own try’s still when only the connection was lost', async () => {
    const { model, desk } = await openWhole();
    const gate = model.hold();
    const worker = await desk.worker();
    const asked = new Try(worker, questionAbout('Still there?'));
    await model.until(() => gate.waiting.length === 1);
    desk.hangUp();
    while (asked.waits === 0) await new Promise((resolve) => setImmediate(resolve));
    while (asked.waits > 0) await new Promise((resolve) => setImmediate(resolve));
    gate.release();
    expect(await asked.answer).toMatchObject({ from: 'api' });
    expect(asked.calls).toMatchObject([{ settled: true }]);
    expect(model.total).toBe(1);
  });

  it('fails, and says why, where the gateway stays away', async () => {
    const { desk } = await openWhole();
    const worker = await desk.worker({ patienceMs: 50 });
    await desk.kill();
    const failure = await failureOf(new Try(worker, questionAbout('Hello?')).answer);
    expect(failure).toMatchObject({ type: 'ConnectionFailed' });
    expect((failure as Error).message).toMatch(/gateway at http:\/\/127\.0\.0\.1:\d+ has been away/);
  });

  it('comes to its end when the gateway is told to end, which takes nothing new', async () => {
    const { model, desk } = await openWhole();
    const gate = model.hold();
    const worker = await desk.worker();
    const asked = new Try(worker, questionAbout('Finish this.'));
    await model.until(() => gate.waiting.length === 1);
    const drained = desk.drain();
    const late = new Try(worker, questionAbout('Too late?'));
    gate.release();
    expect(await asked.answer).toMatchObject({ from: 'api' });
    await drained;
    await desk.start();
    expect(await late.answer).toMatchObject({ from: 'api' });
    expect(model.total).toBe(2);
  });

  it('waits for the next gateway where its worker comes to one that is about to end', async () => {
    const { model, desk } = await openWhole();
    const gate = model.hold();
    const asked = new Try(await desk.worker(), questionAbout('Finish this too.'));
    await model.until(() => gate.waiting.length === 1);
    const drained = desk.drain();
    const late = new Try(await desk.worker(), questionAbout('Too late again?'));
    gate.release();
    expect(await asked.answer).toMatchObject({ from: 'api' });
    await drained;
    expect(model.total).toBe(1);
    await desk.start();
    expect(await late.answer).toMatchObject({ from: 'api' });
  });
});

describe('the room of the limiters', () => {
  it('is shared by the workers that want it, and goes to the others when one leaves', async () => {
    const { desk } = await openWhole();
    const [one, other] = [await desk.worker(), await desk.worker()];
    const roomOf = async (worker: GatewayClient, room: number) => {
      while (worker.rooms.paid.room() !== room) await new Promise((resolve) => setImmediate(resolve));
    };
    one.rooms.paid.wanted(0, 40);
    await roomOf(one, 40);
    other.rooms.paid.wanted(0, 40);
    await Promise.all([roomOf(one, 25), roomOf(other, 25)]);
    one.close();
    await roomOf(other, 40);
  });
});

async function openWhole() {
  const desk = await GatewayDesk.open();
  return { desk, model: desk.model };
}

async function open() {
  const desk = await GatewayDesk.open();
  return { model: desk.model, journal: desk.journal, worker: () => desk.worker() };
}
