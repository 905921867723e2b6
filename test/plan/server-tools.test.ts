import { expect, it } from 'vitest';

import type { ServerTool } from '../../src/contract/server-tool.js';
import { planAgent, turnRequest } from '../../src/plan/agent-plan.js';
import { planResearch, toolsRequest } from '../../src/plan/research-plan.js';
import { checkServerTools } from '../../src/plan/server-tools.js';

const search: ServerTool = { name: 'web_search', maxUses: 3, allowedDomains: ['example.com', 'example.org/docs'] };

it('asks with the tools of the API, in every turn', () => {
  const plan = planAgent({ task: 'Look it up', tools: [], serverTools: [search] });
  const turns = [{ content: { inline: [] }, results: [] }];
  for (const request of [turnRequest(plan, [], false), turnRequest(plan, turns, true)]) {
    expect(request.serverTools).toEqual([search]);
  }
});

it.each([
  [[{ name: 'web_fetch' }], 'Expected `serverTools` to be some of web_search, code_execution, got `web_fetch`.'],
  [[search, search], 'Expected every tool once, got `web_search` twice.'],
  [[{ name: 'web_search', maxUses: 0 }], 'Expected `maxUses` to be a whole number from 1 to 100, got `0`.'],
  [[{ name: 'web_search', allowedDomains: [] }], 'Expected `allowedDomains` to name a host at least, got none.'],
  [[{ name: 'web_search', allowedDomains: ['https://example.com'] }], 'got `https://example.com`.'],
])('refuses %j', (tools, message) => {
  expect(() => checkServerTools(tools as ServerTool[], [], Infinity)).toThrow(message);
});

it('refuses a tool of the same name, and a budget', () => {
  expect(() => checkServerTools([search], ['web_search'], Infinity)).toThrow('got `web_search` twice');
  expect(() => checkServerTools([search], [], 1)).toThrow('Expected no `budget` with `serverTools`, got web_search.');
});

it('is offered to each part of research, which may cost what nobody knows: no budget goes with it', () => {
  const question = { question: 'When?', sources: [{ kind: 'wikipedia', name: 'wikipedia' } as never] };
  const plan = planResearch({ ...question, serverTools: [search] });
  const request = toolsRequest(plan, 'When is notice given?');
  expect(request).toMatchObject({ serverTools: [search], prompt: 'When is notice given?' });
  expect(request).not.toHaveProperty('tools');
  expect(() => planResearch({ ...question, serverTools: [search], budgetUsd: 1 })).toThrow('Expected no `budget`');
  expect(() => planResearch({ ...question, serverTools: [search, search] })).toThrow('got `web_search` twice');
});
