import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';

import { webUiUrl } from '../../src/server/index.js';
import { askServer } from '../../src/server/probe.js';
import { findWebUi } from '../../src/server/web-ui.js';
import { enter, env, makeHome, recordOf } from './homes.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

it('links to the timeline of a run, whatever the names hold', () => {
  const server = { uiUrl: 'http://ui', namespace: 'a.b/c' };
  expect(webUiUrl(server, 'x/y ?', 'r-1')).toBe('http://ui/namespaces/a.b%2Fc/workflows/x%2Fy%20%3F/r-1/timeline');
  expect(webUiUrl(server, 'x')).toBe('http://ui/namespaces/a.b%2Fc/workflows/x');
  expect(webUiUrl({ uiUrl: null, namespace: 'n' }, 'x')).toBeNull();
});

describe('the Web UI of a server', () => {
  it.each([
    ['orders.a1b2c.tmprl.cloud:7233', {}, 'https://cloud.temporal.io'],
    ['us-east-1.aws.api.temporal.io:7233', {}, 'https://cloud.temporal.io'],
    ['temporal.example:7233', {}, null],
    ['temporal.example:7233', { FANFOLD_WEB_UI: 'https://ui.example/' }, 'https://ui.example'],
    ['127.0.0.1:1', {}, null],
  ])('at %s with %o is %s', async (address, settings, url) => {
    expect(await findWebUi({ address }, settings)).toBe(url);
  });

  it('on this machine is the one beside it, if it is of the same cluster', async () => {
    const home = await makeHome();
    const { server } = await enter(home);
    const { port } = await recordOf(home);
    const clusterId = await askServer(server.connectionOptions, 5_000, async ({ workflowService }) => {
      return (await workflowService.getClusterInfo({})).clusterId;
    });
    let shown = 'another';
    const ui = createServer((_, response) => response.end(JSON.stringify({ clusterId: shown }))).listen(
      port + 1_000,
      '127.0.0.1',
    );
    servers.push(ui);
    expect(await findWebUi(server.connectionOptions, env)).toBeNull();
    shown = clusterId;
    expect(await findWebUi(server.connectionOptions, env)).toBe(`http://127.0.0.1:${port + 1_000}`);
  });
});
