import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import type { Branch, Run } from '../../src/contract/run.js';
import { noUsage } from '../../src/contract/usage.js';
import { reportHtml } from '../../src/report/index.js';
import { root } from '../support/fanfold.js';
import { branchOf } from './reported.js';

const hostile = '</script><script>window.hacked = true</script><img src=x onerror="window.hacked = true">';

function branch(index: number, given: Partial<Branch> = {}): Branch {
  return branchOf(index, { output: `Summary of ${index}. ${hostile}`, ...given });
}

function runOf(branches: Branch[]): Run {
  return {
    workflowId: hostile,
    runId: 'r',
    kind: 'summarise',
    status: 'partial',
    output: { text: hostile },
    branches,
    coverage: { ok: branches.length - 1, total: branches.length },
    usage: noUsage,
    costUsd: 1,
    savedUsd: 0.5,
    cacheSavedUsd: 0,
    lostUsd: 0,
    elapsedMs: 2_000,
    criticalPath: [branches[0]!.key],
    contradictions: [
      {
        key: 'price',
        said: [
          { by: 'a', value: 1 },
          { by: 'b', value: hostile },
        ],
      },
    ],
    approvals: [
      {
        key: 'send_mail-1',
        tool: 'send_mail',
        input: { body: `${'x'.repeat(900)}${hostile}`, long: 'y'.repeat(1_200), to: 'ann@example.org\u202E' },
        takesName: true,
      },
    ],
    webUi: 'http://127.0.0.1:8233/x',
    offline: false,
  };
}

let browser: Browser;
/** Of all pages: a window for each would take as long as all else that it does. */
let pages: BrowserContext;
let directory: string;
let file: string;
let page: Page;
let problems: string[];
let requests: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-report-'));
  file = join(directory, 'report.html');
  const branches = Array.from({ length: 10_000 }, (_, index) =>
    branch(
      index,
      index === 4_321 ? { status: 'failed', error: { type: 'BadRequest', message: hostile }, attempts: 3 } : {},
    ),
  );
  const edges = [{ from: 'doc-0', to: 'doc-1' }];
  const asked = {
    startedAt: '2026-01-01T00:00:00Z',
    by: hostile,
    prompts: [],
    facts: [{ name: hostile, value: hostile }],
  };
  const reported = { run: runOf(branches), edges, asked, writtenAt: '2026-01-01T00:00:00Z', version: '1' };
  await writeFile(file, await reportHtml(reported, join(root, 'dist/report-page.js')));
  browser = await chromium.launch({ executablePath: inject('chromiumPath'), args: ['--no-sandbox'] });
  pages = await browser.newContext();
});

beforeEach(async () => {
  // The one before is closed last: a window that has no page is closed too, and another takes long to open.
  const before = page as Page | undefined;
  page = await pages.newPage();
  problems = [];
  requests = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`file://${file}`);
  await page.waitForSelector('#histogram canvas');
  await before?.close();
});

afterAll(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

const rows = () => page.locator('#branches-body tr');

describe('a report of ten thousand branches', () => {
  it('needs nothing but its file, and runs nothing that stands in a run', async () => {
    await page.waitForSelector('#gantt canvas');
    expect(requests).toEqual([`file://${file}`]);
    expect(problems).toEqual([]);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await page.locator('#title').textContent()).toBe(hostile);
    expect(await page.locator('#contradictions').textContent()).toContain(hostile);
    expect(await page.locator('#graph .node').count()).toBeGreaterThan(1);
    expect(await page.locator('#output section').count()).toBeLessThanOrEqual(50);
    await page.locator('#output .more').click();
    expect(await page.locator('#output section').count()).toBeGreaterThan(50);
    expect(await page.locator('#histogram canvas').count()).toBe(1);
  });

  it('shows what waits to be allowed, field by field', async () => {
    const shown = await page.locator('#approvals').innerText();
    expect(shown).toContain(`${'x'.repeat(900)}${hostile}`);
    expect(shown).toContain('… 200 characters left out');
    expect(shown).toContain('ann@example.org\\u{202e}');
    expect(shown).toContain('takes its name');
  });

  it('has a page of them in its table, and finds any of them', async () => {
    expect(await rows().count()).toBe(100);
    await page.fill('#search', 'doc-4321');
    expect(await page.locator('#page').textContent()).toBe('1 of 10,000 branches, page 1 of 1');
    await page.fill('#search', '');
    await page.selectOption('#status-filter', 'failed');
    expect(await rows().allTextContents()).toEqual([expect.stringContaining('doc-4321')]);
    await rows().getByRole('button').click();
    expect(await rows().nth(1).textContent()).toContain(`BadRequest: ${hostile}`);
  });

  it('is sorted by any column from the keyboard, and says so', async () => {
    const head = page.getByRole('columnheader', { name: 'took' });
    await head.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    // The longest take 1,499 ms.
    expect(await rows().first().locator('td').nth(3).textContent()).toBe('1.5 s');
  });

  it('stays at hand while it is searched: no keystroke blocks it for longer than it took to open', async () => {
    const { opened, blocked } = await page.evaluate(async () => {
      const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      const search = document.querySelector<HTMLInputElement>('#search')!;
      let longest = 0;
      for (const text of ['s', 'su', 'summary of 99', 'nothing at all', '']) {
        const startedAt = performance.now();
        search.value = text;
        search.dispatchEvent(new Event('input'));
        longest = Math.max(longest, performance.now() - startedAt);
        await new Promise(requestAnimationFrame);
      }
      return { opened: navigation!.loadEventEnd, blocked: longest };
    });
    expect(blocked).toBeLessThan(opened);
  });

  it('is light or dark as the reader likes', async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
    expect(problems).toEqual([]);
  });
});
