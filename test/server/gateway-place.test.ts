import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { gatewaySettingsOf } from '../../src/home-gateway/index.js';
import type { World } from '../../src/cli/world.js';
import { gatewayPlace, gatewaysIn, givePlace, isPlaceOf, takePlace } from '../../src/server/gateway-place.js';
import { isHomeName } from '../../src/server/paths.js';

let home: string;
const cwd = process.cwd();

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fanfold-place-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

function processOf(pid: number) {
  return { pid, startTime: '1', version: 'test', startedAt: '2026-11-28T00:00:00.000Z' };
}

describe('the place of a gateway', () => {
  it('is the last one’s that took it, and only its own gives it up', async () => {
    const place = gatewayPlace(home, 'abc123', cwd)!;
    const listen = (path: string) => writeFile(path, '');
    const first = await takePlace(home, place, processOf(101), listen);
    expect(await isPlaceOf(place, first)).toBe(true);
    const second = await takePlace(home, place, processOf(102), listen);
    expect([await isPlaceOf(place, first), await isPlaceOf(place, second)]).toEqual([false, true]);
    await givePlace(place, first);
    expect(await gatewaysIn(home, cwd)).toMatchObject([{ settings: 'abc123', process: { pid: 102 } }]);
    expect((await stat(join(home, 'gateway'))).mode & 0o777).toBe(0o700);
    await givePlace(place, second);
    expect(await gatewaysIn(home, cwd)).toEqual([]);
  });

  it('is named from the working directory where that is shorter, and is none where a socket cannot be', () => {
    const deep = `/${'a'.repeat(90)}/project`;
    expect(gatewayPlace(`${deep}/.fanfold`, 'abc123', deep)?.socket).toBe('.fanfold/gateway/abc123.sock');
    expect(gatewayPlace(`${deep}/.fanfold`, 'abc123', '/elsewhere')).toBeUndefined();
  });

  it('is known as fanfold’s own', () => {
    expect(['gateway', 'gateway.log', 'gateway.txt'].map(isHomeName)).toEqual([true, true, false]);
  });
});

it('gives workers that would ask otherwise a gateway of their own, and the others the same', async () => {
  const config = { FANFOLD_CONFIG: join(home, 'config') };
  const settings = (env: NodeJS.ProcessEnv, rampFrom?: number) =>
    gatewaySettingsOf({ env: { ...config, ...env }, entry: '/none', nodePath: '/node' } as unknown as World, rampFrom);
  const key = { ANTHROPIC_API_KEY: 'made-up-token-1' };
  const own = await settings(key);
  expect(own).toMatch(/^[0-9a-f]{12}$/);
  expect(await settings({ ...key, TERM: 'dumb', FANFOLD_CASSETTE: 'calls', MY_VARIABLE: '1' })).toBe(own);
  const others = await Promise.all([
    settings({ ANTHROPIC_API_KEY: 'made-up-token-2' }),
    settings({ ...key, ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }),
    settings({ ...key, FANFOLD_JOURNAL: 'postgres://127.0.0.1/journal' }),
    settings({ ...key, FANFOLD_ENCRYPTION_KEY: '0'.repeat(64) }),
    settings({ ...key, https_proxy: 'http://127.0.0.1:9' }),
    settings(key, 50),
  ]);
  expect(new Set([own, ...others]).size).toBe(7);
});
