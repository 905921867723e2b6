import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';

import { Desk } from '../support/fanfold.js';
import { patienceMs } from '../support/patience.js';

let desk: Desk;
let browser: Browser;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.start(['dev']).said(/serves fanfold/);
  browser = await chromium.launch({ executablePath: inject('chromiumPath'), args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  await desk.close();
});

it('shows a labelled bar for each branch, the summary, the details and their table', async () => {
  const run = await desk.json(['perspectives', '-', '--id', 'seen'], { stdin: 'The customer pays in advance.' });
  expect(run.status).toBe('complete');
  const page = await browser.newPage({ viewport: { width: 1_400, height: 1_300 } });
  await page.goto(run.webUi!);
  for (const key of ['legal', 'technical', 'financial', 'security']) {
    await page.getByText(`${key} · claude-sonnet-5-5`).first().waitFor();
  }

  const base = run.webUi!.split('/workflows/')[0];
  await page.goto(`${base}/workflows/seen/${run.runId}/user-metadata`);
  await seesInFrames(page, [
    'standard input: legal, technical, financial, security',
    '4 perspectives on standard input',
    '4 of 4 branches ended',
  ]);

  const query = encodeURIComponent(
    "FanfoldKind='perspectives' AND FanfoldStatus='complete' AND FanfoldBranches=4 AND FanfoldCostUsd>0",
  );
  await page.goto(`${base}/workflows?query=${query}`);
  await page.getByText('seen').first().waitFor();
});

/** The Web UI shows user metadata in frames of their own. */
async function seesInFrames(page: Page, texts: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const shown = await Promise.all(page.frames().map((frame) => frame.locator('body').innerText()));
    for (const text of texts) expect(shown.join('\n')).toContain(text);
  }, patienceMs);
}

it('cuts a branch by the form for updates, which says what can be done', async () => {
  const gate = desk.model.hold(/perspective: held/);
  const words = ['perspectives', '-', '--perspectives', 'quick,held', '--id', 'cut', '--json'];
  const running = desk.start(words, { stdin: 'The customer pays in advance.' });
  const [url] = await running.said(/http:\S+timeline/);
  await desk.model.until(() => gate.waiting.length === 1);
  const page = await browser.newPage({ viewport: { width: 1_400, height: 1_100 } });
  await page.goto(url);
  await page
    .locator('button[aria-label="More Actions"]:visible, button:visible:has-text("More Actions")')
    .last()
    .click();
  await page.locator('[data-testid="update-button"]:visible').click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByTestId('update-select-button').click();
  await dialog.getByText('retryFailed').waitFor();
  await dialog.getByText('cancelBranch').click();
  await dialog.locator('[contenteditable="true"]').first().fill('"held"');
  await dialog.getByTestId('confirm-modal-button').click();
  const { stdout } = await running.ended;
  const { branches } = JSON.parse(stdout) as { branches: { key: string; status: string }[] };
  expect(branches.map(({ key, status }) => [key, status])).toEqual([
    ['quick', 'ok'],
    ['held', 'cancelled'],
  ]);
  gate.release();
});
