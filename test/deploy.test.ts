import { readFileSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { searchAttributes } from '../src/contract/names.js';
import { freePort } from './support/free-port.js';
import { Desk, root } from './support/fanfold.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  image?: string;
  build?: string;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  environment?: Record<string, string>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

describe('the Compose file', () => {
  it('shows its ports to this machine alone', () => {
    const ports = services.flatMap(([, { ports: own = [] }]) => own);
    expect(ports.length).toBeGreaterThan(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(compose.services['postgres']?.ports).toBeUndefined();
  });

  it('pins every image, and builds the worker', () => {
    for (const [name, { image = '', build }] of services) {
      if (build === undefined) expect(image, name).toMatch(/^[\w/-]+:\$\{\w+:-v?\d+\.\d+[\d.]*\}$/);
    }
  });

  it('waits for what is healthy or has done its work, and names only what there is', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [other, { condition }] of Object.entries(needs)) {
        const target = compose.services[other];
        expect(target, `${name} needs ${other}`).toBeDefined();
        if (condition === 'service_healthy') expect(target?.healthcheck, other).toBeDefined();
      }
    }
  });

  it('has no password, and keeps its data in volumes that it names', () => {
    const text = read('docker-compose.yml');
    expect(text.match(/PASSWORD: (?!\$\{)/)).toBeNull();
    const variables = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!);
    const example = read('.env.example');
    for (const name of variables) expect(example, name).toMatch(new RegExp(`^${name}=`, 'm'));
    const named = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
    for (const volume of named.filter((source) => /^[a-z]/.test(source))) {
      expect(Object.keys(compose.volumes)).toContain(volume);
    }
  });

  it('mounts files that exist', async () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
    for (const path of mounted.filter((source) => source.startsWith('./'))) await access(join(root, path));
  });

  it('registers the search attributes that runs have', () => {
    const script = read('deploy/temporal/namespace.sh');
    const types = { KEYWORD: 'Keyword', DOUBLE: 'Double', INT: 'Int' };
    for (const { name, type } of Object.values(searchAttributes)) expect(script).toContain(`${name}=${types[type]}`);
  });
});

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
    do {
      const text = await (await fetch(`http://${address}/metrics`)).text();
      shown = new Set([...text.matchAll(pattern)].map(([, name]) => name!));
    } while (!last.every((name) => shown.has(name)));
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

it('keeps no file under deploy that nothing mentions', async () => {
  const mentions = `${read('docker-compose.yml')}${read('docs/deploy.md')}`;
  for (const name of await readdir(join(root, 'deploy'))) expect(mentions).toContain(`deploy/${name}`);
});
