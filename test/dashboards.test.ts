import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { QueueLimits } from '../src/contract/limiter.js';
import type { Run } from '../src/contract/run.js';
import { Desk, root } from './support/fanfold.js';
import { freePort } from './support/free-port.js';

const run = promisify(execFile);

interface Panel {
  title: string;
  targets?: { expr: string; legendFormat: string }[];
}

const dashboard = JSON.parse(readFileSync(join(root, 'deploy/grafana/dashboards/fanfold.json'), 'utf8')) as {
  panels: Panel[];
};
const alerts = join(root, 'deploy/prometheus/alerts.yml');

/** A value of a query, with its labels. */
interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

/** A Prometheus of one's own that asks one worker every second. */
class Prometheus {
  private constructor(
    readonly url: string,
    readonly stop: () => Promise<unknown>,
  ) {}

  static async start(directory: string, target: string): Promise<Prometheus> {
    const address = `127.0.0.1:${await freePort()}`;
    const config = join(directory, 'prometheus.yml');
    await writeFile(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [alerts],
        scrape_configs: [{ job_name: 'fanfold', static_configs: [{ targets: [target] }] }],
      }),
    );
    const words = [`--config.file=${config}`, `--storage.tsdb.path=${join(directory, 'tsdb')}`];
    const child = spawn('prometheus', [...words, `--web.listen-address=${address}`], { stdio: 'ignore' });
    return new Prometheus(`http://${address}`, async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    });
  }

  async ask<Data>(path: string): Promise<Data | undefined> {
    const answer = await fetch(`${this.url}/api/v1/${path}`).catch(() => undefined);
    const { data } = ((await answer?.json().catch(() => undefined)) ?? {}) as { data?: Data };
    return data;
  }

  async query(expr: string): Promise<Sample[]> {
    const data = await this.ask<{ result: Sample[] }>(`query?query=${encodeURIComponent(expr)}`);
    return data?.result ?? [];
  }

  /** Waits until a query has a value that will do. */
  async until(expr: string, isEnough: (value: number) => boolean): Promise<void> {
    while (!(await this.query(expr)).some(({ value }) => isEnough(Number(value[1])))) await sleep(200);
  }
}

describe('the dashboard, drawn by Prometheus from a worker', () => {
  let desk: Desk;
  let prometheus: Prometheus;
  let first: Run;
  let again: Run;

  const values = async (title: string, legend: string, label: string): Promise<Record<string, number>> => {
    const panel = dashboard.panels.find((each) => each.title === title);
    const target = panel?.targets?.find(({ legendFormat }) => legendFormat === legend);
    if (target === undefined) throw new Error(`Expected a panel ${title} with ${legend}.`);
    const samples = await prometheus.query(target.expr);
    return Object.fromEntries(samples.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
  };

  beforeAll(async () => {
    desk = await Desk.open({
      latencyMs: 400,
      script: [
        { match: /perspective: two/, times: 1, fault: { kind: 'rate-limit', retryAfter: 1 } },
        { match: /perspective: (three|four)/, fault: { kind: 'status', status: 400 } },
      ],
    });
    const address = `127.0.0.1:${await freePort()}`;
    await desk.serve({ env: { FANFOLD_METRICS: address } });
    prometheus = await Prometheus.start(desk.directory, address);
    await prometheus.until('up', (value) => value === 1);
    const words = ['perspectives', '-', '--perspectives', 'one,two,three,four'];
    // The first burst of a new worker: no series of a branch is there before it.
    first = await desk.json(words, { stdin: 'The customer pays.' });
    await prometheus.until('sum(fanfold_branches)', (value) => value === 4);
    again = await desk.json(words, { stdin: 'The customer pays.' });
    await prometheus.until('sum(fanfold_branches)', (value) => value === 8);
    await prometheus.until('sum(fanfold_backlog_tasks)', (value) => value === 0);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await desk.close();
  });

  /** Prometheus guesses what came before the first look and after the last one, which of ten seconds is much. */
  const about = (expected: number) => ({ least: expected * 0.6, most: expected * 1.6 });
  const expectAbout = (found: number | undefined, expected: number) => {
    const { least, most } = about(expected);
    expect(found).toBeGreaterThanOrEqual(least);
    expect(found).toBeLessThanOrEqual(most);
  };

  it('has a value in every line of every panel', async () => {
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        expect((await prometheus.query(expr)).length, `${title}: ${legendFormat}`).toBeGreaterThan(0);
      }
    }
  });

  it('counts branches by how they ended, those of the first burst too', async () => {
    const byStatus = await values('Branches a minute, by status', '{{status}}', 'status');
    expect([first.coverage, again.coverage]).toEqual([
      { ok: 2, total: 4 },
      { ok: 2, total: 4 },
    ]);
    expectAbout(byStatus['ok'], 4 / 5);
    expectAbout(byStatus['failed'], 4 / 5);
  });

  it('shows what was spent, saved, and answered from the journal', async () => {
    const dollars = await values('Dollars an hour, by model', 'spent {{model}}', 'model');
    expectAbout(dollars['claude-sonnet-5-5'], 6 * first.costUsd!);
    const saved = await values('Dollars an hour, by model', 'saved by the journal {{model}}', 'model');
    expectAbout(saved['claude-sonnet-5-5'], 6 * again.savedUsd);
    expectAbout((await values('Answered from the journal, share', 'share', ''))[''], 2 / 8);
  });

  it('shows tokens by kind', async () => {
    const tokens = await values('Tokens a second, by kind', '{{kind}}', 'kind');
    expectAbout(tokens['input'], first.usage.inputTokens / 300);
    expectAbout(tokens['output'], first.usage.outputTokens / 300);
  });

  it('shows how long a call takes: between the bounds of the bucket that it fell into', async () => {
    const p99 = await values('Branch latency by part, p50 and p99', 'p99 {{part}}', 'part');
    const p50 = await values('Branch latency by part, p50 and p99', 'p50 {{part}}', 'part');
    // The slowest was told to wait for a second.
    expect(p99['total']).toBeGreaterThan(1);
    expect(p99['total']).toBeLessThan(8);
    expect(p50['model']).toBeLessThan(1);
    expect(p99['model']).toBeGreaterThan(0.25);
  });

  it('shows the rate limit that was met, and what the limiter does', async () => {
    const throttled = await values('Rate limits and overloads a minute', '429 {{model_class}}', 'model_class');
    const { workers } = await desk.json<{ workers: { queues: QueueLimits[] }[] }>(['limits']);
    const { modelClass, cap } = workers.flatMap(({ queues }) => queues).flatMap(({ limiters }) => limiters)[0]!;
    expectAbout(throttled[modelClass], 1 / 5);
    const caps = await values('Model calls: in flight, waiting, cap', 'cap {{model_class}}', 'model_class');
    expect(caps[modelClass]).toBe(cap);
  });

  it('shows workflow tasks in milliseconds', async () => {
    const took = await values('Workflow task latency, p99', 'execution', '');
    expect(took['']).toBeGreaterThan(0);
    expect(took['']).toBeLessThan(10_000);
  });

  it('raises an alert where a new worker’s first branches fail', async () => {
    const { groups = [] } =
      (await prometheus.ask<{
        groups: { rules: { name: string; health: string; state?: string }[] }[];
      }>('rules')) ?? {};
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    const states = Object.fromEntries(rules.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ BranchesFail: 'pending', NoWorker: 'inactive', SpendingFast: 'inactive' });
  });
});

it('fires for a first burst of failures, and for nothing that is well', async () => {
  const desk = await Desk.open();
  try {
    const file = join(desk.directory, 'alerts.test.yml');
    const series = (failed: string, ok: string) => [
      { series: 'up{job="fanfold"}', values: '1x60' },
      { series: 'fanfold_branches{instance="a",model="m",status="failed"}', values: failed },
      { series: 'fanfold_branches{instance="a",model="m",status="ok"}', values: ok },
    ];
    const expected = {
      exp_labels: { severity: 'warning' },
      exp_annotations: { summary: 'More than a tenth of the branches are not ok.' },
    };
    const at = (minutes: number, fires: boolean) => ({
      eval_time: `${minutes}m`,
      alertname: 'BranchesFail',
      exp_alerts: fires ? [expected] : [],
    });
    await writeFile(
      file,
      JSON.stringify({
        rule_files: [alerts],
        evaluation_interval: '10s',
        tests: [
          // A worker that is new at minute 5, and whose first look shows 300 failures.
          {
            interval: '10s',
            input_series: series('_x30 300x200', '_x30 1x200'),
            alert_rule_test: [at(4, false), at(8, true), at(25, false)],
          },
          // One failure in twenty, for a long time.
          {
            interval: '10s',
            input_series: series('0+1x200', '0+19x200'),
            alert_rule_test: [at(10, false), at(30, false)],
          },
        ],
      }),
    );
    const { stdout } = await run('promtool', ['test', 'rules', file]);
    expect(stdout).toContain('SUCCESS');
  } finally {
    await desk.close();
  }
});
