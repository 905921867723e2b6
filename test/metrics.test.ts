import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Desk, root } from './support/fanfold.js';
import { freePort } from './support/free-port.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('metrics', () => {
  let desk: Desk;
  let shown: Set<string>;

  beforeAll(async () => {
    // A first call that is told to wait makes the limiter show its limits.
    desk = await Desk.open({
      latencyMs: 0,
      limits: { requestsPerMinute: 1_000, inputTokensPerMinute: 1_000_000, outputTokensPerMinute: 1_000_000 },
    });
    const address = `127.0.0.1:${await freePort()}`;
    await desk.serve({ env: { FANFOLD_METRICS: address } });
    await desk.json(['perspectives', '-', '--perspectives', 'a,b'], { stdin: 'The customer pays.' });
    await desk.json(['perspectives', '-', '--perspectives', 'a,b'], { stdin: 'The customer pays.' });
    const pattern = /^# TYPE (\S+)/gm;
    // Limits are shown every second, backlogs every five.
    const last = [
      'fanfold_backlog_tasks',
      'fanfold_backlog_age_seconds',
      'fanfold_rate_limit_remaining',
      'fanfold_limiter_cap',
    ];
    for (;;) {
      const text = await (await fetch(`http://${address}/metrics`)).text();
      shown = new Set([...text.matchAll(pattern)].map(([, name]) => name!));
      if (last.every((name) => shown.has(name))) break;
      await sleep(200);
    }
  });

  afterAll(() => desk.close());

  const used = (text: string) =>
    [...text.matchAll(/\b((?:fanfold|temporal)_[a-z_]+)\b(?=[{[)\s]|$)/g)].map(([, name]) => name!);

  it.each(['deploy/prometheus/alerts.yml', 'deploy/grafana/dashboards/fanfold.json'])(
    'that %s asks for are shown by a worker',
    (path) => {
      const names = new Set(used(read(path)).map((name) => name.replace(/_(bucket|sum|count)$/, '')));
      expect(names.size).toBeGreaterThan(2);
      for (const name of names) expect([...shown], name).toContain(name);
    },
  );

  it('that are documented are shown by a worker', () => {
    const names = new Set(
      used(read('docs/limits.md').replaceAll('`', ' ')).filter((name) => name.startsWith('fanfold_')),
    );
    for (const name of names) expect([...shown], name).toContain(name);
  });
});
