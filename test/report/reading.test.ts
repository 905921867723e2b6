import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { reportHtml } from '../../src/report/index.js';
import { root } from '../support/fanfold.js';
import { branchOf, reportedOf } from './reported.js';

let browser: Browser;
let page: Page;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-report-'));
  browser = await chromium.launch({ executablePath: inject('chromiumPath'), args: ['--no-sandbox'] });
  const output = 'It says:\n\nעברית: החשבון\n\n- عقد الخدمة\n- ثلاثين يوما';
  const asked = { ...reportedOf([]).asked, question: 'Why?\n'.repeat(100) };
  const reported = reportedOf([branchOf(0, { output })], {}, { asked });
  await writeFile(join(directory, 'report.html'), await reportHtml(reported, join(root, 'dist/report-page.js')));
  page = await browser.newPage();
  await page.goto(`file://${join(directory, 'report.html')}`);
  await page.waitForFunction(() => document.querySelector('#written')?.textContent !== '');
});

afterAll(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

it('has each paragraph run as its letters do', async () => {
  const ways = page.locator('.markdown').locator('p, ul');
  const directions = await ways.evaluateAll((all) => all.map((each) => getComputedStyle(each).direction));
  expect(directions).toEqual(['ltr', 'rtl', 'rtl']);
});

it('reaches a long text by keyboard, and on paper cuts nothing off and has no buttons', async () => {
  const long = page.locator('#asked pre');
  const isWhole = () => long.evaluate((each) => each.clientHeight >= each.scrollHeight);
  expect(await isWhole()).toBe(false);
  expect(await long.getAttribute('tabindex')).toBe('0');
  await page.emulateMedia({ media: 'print' });
  expect(await isWhole()).toBe(true);
  expect(await page.locator('.controls').isVisible()).toBe(false);
});
