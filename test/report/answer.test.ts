import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { Compared, Reported } from '../../src/contract/reported.js';
import { reportHtml } from '../../src/report/index.js';
import { root } from '../support/fanfold.js';
import { branchOf, reportedOf, toolOf } from './reported.js';

let browser: Browser;
/** Of all pages: a window for each would take as long as all else that it does. */
let pages: BrowserContext;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-report-'));
  browser = await chromium.launch({ executablePath: inject('chromiumPath'), args: ['--no-sandbox'] });
  pages = await browser.newContext();
});

afterAll(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

/** The page of a report, and every address that it asked for. */
async function opened(content: Reported | Compared, width = 1_280): Promise<{ page: Page; requests: string[] }> {
  const file = join(directory, 'report.html');
  await writeFile(file, await reportHtml(content, join(root, 'dist/report-page.js')));
  const page = await pages.newPage();
  await page.setViewportSize({ width, height: 900 });
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => requests.push(error.message));
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => document.querySelector('#written')?.textContent !== '');
  return { page, requests };
}

describe('an answer in Markdown', () => {
  const text = [
    '# Risks',
    '- **Renewal** is automatic',
    '',
    '| clause | risk |',
    '|---|---|',
    '| 2.2 | high |',
    '',
    '<img src="http://127.0.0.1:9/i.png" onerror="window.hacked = true"><script>window.hacked = true</script>',
    '',
    '![seen](http://127.0.0.1:9/seen.png) [run](javascript:window.hacked=true) [page](https://example.org/a)',
  ].join('\n');

  it('is read as such, and nothing in it is markup, is fetched, or runs', async () => {
    const { page, requests } = await opened(reportedOf([branchOf(0, { key: 'legal', output: text })]));
    const answer = page.locator('#output');
    expect(await answer.locator('h3').textContent()).toContain('legal');
    expect(await answer.locator('h4').textContent()).toBe('Risks');
    expect(await answer.locator('li strong').textContent()).toBe('Renewal');
    expect(await answer.locator('table td').allTextContents()).toEqual(['2.2', 'high']);
    expect(await answer.textContent()).toContain('<script>window.hacked = true</script>');
    expect(await answer.locator('img, script, iframe').count()).toBe(0);
    const links = await answer.locator('a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    expect(links).toEqual(['http://127.0.0.1:9/seen.png', 'https://example.org/a']);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(requests).toHaveLength(1);
  });

  it('stands before anything else', async () => {
    const { page } = await opened(reportedOf([branchOf(0)]));
    expect((await page.locator('h2').allTextContents())[0]).toBe('Answer');
  });
});

describe('what was asked', () => {
  it('stands there: who, when, prompts, document, policy, and the runs that it belongs to', async () => {
    const { page } = await opened(
      reportedOf(
        [branchOf(0)],
        { retries: { workflowId: 'before', runId: 'b' }, retriedBy: ['after'] },
        {
          asked: {
            startedAt: '2026-01-01T00:00:00Z',
            by: '17@desk',
            question: 'What is risky?',
            prompts: [{ key: 'legal', model: 'claude-sonnet-5-5', text: 'Read it as a lawyer.' }],
            document: { title: 'agreement.md', text: 'The parties agree.', left: 3 },
            facts: [{ name: 'policy', value: 'a quorum of 2' }],
          },
        },
      ),
    );
    const facts = await page.locator('#facts').innerText();
    for (const word of ['17@desk', '2026-01-01 00:00 UTC', 'before', 'after']) expect(facts).toContain(word);
    const asked = await page.locator('#asked').textContent();
    for (const word of [
      'What is risky?',
      'Read it as a lawyer.',
      'agreement.md',
      'The parties agree.',
      'a quorum of 2',
    ]) {
      expect(asked).toContain(word);
    }
  });
});

describe('a run that waits for a person', () => {
  it('says so, shows the call, and neither `null` nor that all is ok', async () => {
    const turn = branchOf(0, {
      key: 'turn-1',
      output: { text: 'I file it.', calls: [{ name: 'file', input: { a: 1 } }] },
    });
    const approvals = [{ key: 'file-1', tool: 'file', input: { a: 1 }, takesName: false }];
    const { page } = await opened(reportedOf([turn], { kind: 'agent', status: 'running', output: null, approvals }));
    expect(await page.locator('#status').textContent()).toBe('waits for a person');
    const shown = await page.locator('body').innerText();
    expect(shown).not.toMatch(/1 of 1 branches ok|\bnull\b/);
    expect(await page.locator('#facts').innerText()).toContain('1 so far, 1 waits to be allowed');
    expect(await page.locator('#output').innerText()).toMatch(
      /A call waits to be allowed[^]*Turn 1[^]*I file it\.[^]*file-1 waits to be allowed/,
    );
    expect(await page.locator('#approvals').innerText()).toContain('fanfold approve run-1 file-1');
  });
});

describe('a graph', () => {
  const keys = ['legal', 'technical', 'each[0]', 'each[1]', 'maybe', 'report', 'last'];
  const branches = keys.map((key, index) =>
    branchOf(index, {
      key,
      ...(key === 'maybe' && {
        status: 'skipped',
        error: { type: 'Skipped', message: 'Its condition does not hold.' },
      }),
    }),
  );
  const needs = { maybe: ['legal'], report: ['legal', 'technical', 'each', 'maybe'], last: ['report'] };
  const edges = Object.entries(needs).flatMap(([to, from]) => from.map((each) => ({ from: each, to })));

  it.each([400, 1_280])('has a node for each node, none over another, at %i px', async (width) => {
    const { page } = await opened(reportedOf(branches, { kind: 'graph', output: 'Done.' }, { edges }), width);
    const nodes = page.locator('#graph .node');
    expect((await nodes.locator('strong').allTextContents()).toSorted()).toEqual([
      'each',
      'last',
      'legal',
      'maybe',
      'report',
      'technical',
    ]);
    expect(await nodes.filter({ hasText: 'each' }).innerText()).toContain('2 of 2');
    expect(await nodes.filter({ hasText: 'maybe' }).getAttribute('data-state')).toBe('skipped');
    const boxes = await nodes.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON() as DOMRect));
    for (const [at, one] of boxes.entries()) {
      for (const other of boxes.slice(at + 1)) {
        const apart =
          one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
        expect(apart).toBe(true);
      }
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

  it('finds all items of a node that is chosen', async () => {
    const { page } = await opened(reportedOf(branches, { kind: 'graph', output: 'Done.' }, { edges }));
    await page.locator('#graph .node').filter({ hasText: 'each' }).click();
    expect(await page.locator('#branches-body tr').count()).toBe(2);
  });
});

describe('the head of the page', () => {
  it('is called as in a list where nothing was asked or read, says who answered, and leads to each part', async () => {
    const asked = { ...reportedOf([]).asked, title: 'rows.csv: 6 rows' };
    const { page } = await opened(
      reportedOf([branchOf(0)], { kind: 'map', output: [], offline: true }, { asked }),
      400,
    );
    expect(await page.locator('#title').textContent()).toBe('rows.csv: 6 rows');
    expect(await page.locator('#run-id').textContent()).toBe('run-1');
    expect(await page.locator('#facts').innerText()).toContain('offline, for claude-sonnet-5-5');
    const links = page.locator('#places a');
    expect(await links.allTextContents()).toEqual(await page.locator('h2').allTextContents());
    await links.last().click();
    expect(await page.locator('#branches-heading').evaluate((each) => each.getBoundingClientRect().top)).toBeLessThan(
      900,
    );
  });
});

describe('a branch that asks no model', () => {
  it('has been at work, and neither zero tokens nor a cost', async () => {
    const { page } = await opened(reportedOf([branchOf(0), toolOf(1)]));
    const cells = await page.locator('#branches-body tr').last().locator('td').allTextContents();
    expect(cells).toEqual(['2', 'search-1', 'ok', '3.5 s', '20 ms', '3.5 s', '0 ms', '', '', '', '']);
    await page.locator('#branches-body button').last().click();
    expect(await page.locator('#branches-body tr').last().innerText()).not.toMatch(/tokens|model/);
  });
});

describe('charts', () => {
  it('are left out where they would be empty', async () => {
    const { page } = await opened(reportedOf([branchOf(0, { reused: true })]));
    expect(await page.locator('#histogram').count()).toBe(0);
    const { page: open } = await opened(
      reportedOf([], { status: 'running', output: null, coverage: { ok: 0, total: 3 } }),
    );
    expect(await open.locator('#histogram, #gantt, #branches-body').count()).toBe(0);
    expect(await open.locator('#output').innerText()).toBe('The run goes on; there is no answer yet.');
    expect(await open.locator('#facts').innerText()).toContain('0 so far, 3 not ended');
  });
});

describe('kinds', () => {
  it.each([
    {
      kind: 'gather',
      output: {
        hits: [{ title: 'A page', link: 'https://example.org/a', text: 'Words.', sources: ['wiki'], score: 1 }],
        answer: 'Yes [1].',
      },
      shown: /Yes 1?[^]*A page wiki[^]*https:\/\/example.org\/a[^]*Words\./,
    },
    {
      kind: 'research',
      output: {
        answer: 'So it is [2].',
        sources: [{ number: 2, title: 'Paper', link: '', sources: ['crossref'] }],
        open: ['Why?'],
        citations: { unknown: [7] },
      },
      shown: /So it is \[2\][^]*It cites \[7\][^]*Not answered: Why\?[^]*Paper crossref/,
    },
    {
      kind: 'validate',
      output: {
        findings: [
          { check: 'tone', severity: 'error', line: 3, column: 1, quote: 'bad', message: 'Rude.', suggestion: 'good' },
        ],
        unplaced: 1,
      },
      shown: /1 error; 1 left out[^]*error Rude\.[^]*bad good[^]*line 3, column 1 · tone/,
    },
    {
      kind: 'graph',
      output: {
        risk: 'high',
        parts: [
          { name: 'a', cost: 1 },
          { name: 'b', cost: 2 },
        ],
      },
      shown: /risk[^]*high[^]*name\s+cost\s+a\s+1\s+b\s+2/,
    },
    {
      kind: 'map',
      output: [
        { key: '1', answer: { label: 'spam' } },
        { key: '2', answer: { label: 'ham' } },
      ],
      shown: /row\s+subject\s+label\s+1\s+Win!\s+spam\s+2\s+ham/,
    },
  ])('shows what came of $kind', async ({ kind, output, shown }) => {
    const rest = { asked: { ...reportedOf([]).asked, rows: { 1: { subject: 'Win!' } } } };
    const { page } = await opened(reportedOf([branchOf(0)], { kind, output }, rest), 400);
    expect(await page.locator('#output').innerText()).toMatch(shown);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
  });

  it('puts compared answers beside each other, and a citation leads to its source', async () => {
    const { page } = await opened(reportedOf([branchOf(0), branchOf(1)], { kind: 'compare' }));
    const boxes = await page
      .locator('.beside > section')
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top));
    expect(boxes).toHaveLength(2);
    expect(boxes[0]).toBe(boxes[1]);
    const hits = [{ title: 'A page', link: '', text: '', sources: ['wiki'], score: 1 }];
    const { page: cited } = await opened(
      reportedOf([], { kind: 'gather', output: { hits, answer: 'Yes [1], no [2].' } }),
    );
    const links = await cited.locator('.markdown a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    expect(links).toHaveLength(1);
    expect(await cited.locator(links[0] ?? '').textContent()).toContain('A page');
  });
});

it('puts two runs beside each other: answers, latency and cost', async () => {
  const one = reportedOf([branchOf(0, { output: 'Short.' }), branchOf(1)], { workflowId: 'one', costUsd: 2 });
  const other = reportedOf([branchOf(0, { output: 'Long.' }), branchOf(1)], { workflowId: 'other', costUsd: 1 });
  const { page, requests } = await opened({ compared: [one, other], writtenAt: one.writtenAt, version: '1' }, 400);
  expect(requests).toHaveLength(1);
  expect(await page.locator('#figures').innerText()).toMatch(/cost\s+\$2\.0000\s+\$1\.0000\s+−50 %/);
  expect(await page.locator('#branches').innerText()).toMatch(
    /1 of 2 branches have the same answer[^]*Short\.[^]*Long\.[^]*same answer/,
  );
});
