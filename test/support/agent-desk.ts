import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Branch, Run } from '../../src/contract/run.js';
import { Desk } from './fanfold.js';

// Sentences of the tasks name the tools, so that the offline model calls them.
const tools = `
import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
const log = (line) => appendFile(new URL('./calls.log', import.meta.url), line + '\\n');
const quarter = z.object({ quarter: z.string().optional() });
const figures = (name) => ({
  name: 'get_' + name, description: 'Gets the ' + name + ' figures.', input: quarter,
  run: async () => { await log(name); await new Promise((done) => setTimeout(done, 1_000)); return 'The ' + name + ' figures are fine.'; },
});
export default [
  figures('sales'), figures('cost'), figures('staff'),
  { name: 'break_things', description: 'Breaks things.', input: quarter, run: async () => { await log('break'); throw new Error('the spring is loose'); } },
  { name: 'hang_about', description: 'Hangs about.', input: quarter, run: (_, { signal }) => new Promise((_, stop) => signal.addEventListener('abort', () => { void log('hang aborted'); stop(signal.reason); })) },
  { name: 'send_mail', description: 'Sends a mail.', changes: true, input: z.looseObject({ to: z.string().optional() }), run: async () => { await log('mail'); return 'The mail was sent.'; } },
  { name: 'essay', description: 'Writes an essay.', input: quarter, run: async () => 'The essay goes on. '.repeat(2_000) },
];
`;

/** A home with a module of tools, a log of their calls, and a worker that stays. */
export class AgentDesk {
  private constructor(readonly desk: Desk) {}

  static async open(): Promise<AgentDesk> {
    const desk = await Desk.open({ latencyMs: 20 });
    await writeFile(join(desk.directory, 'tools.mjs'), tools);
    await desk.serve();
    return new AgentDesk(desk);
  }

  /** What has been called, in that order. */
  async calls(): Promise<string[]> {
    const log = await readFile(join(this.desk.directory, 'calls.log'), 'utf8').catch(() => '');
    return log.split('\n').filter((line) => line !== '');
  }
}

export function branch({ branches }: Run, key: string): Branch {
  const found = branches.find((each) => each.key === key);
  if (found === undefined) throw new Error(`No ${key} among ${branches.map((each) => each.key).join(', ')}`);
  return found;
}

/** The words of a command with the module of tools. */
export function own(task: string, ...flags: string[]): string[] {
  return ['agent', task, '--tools', './tools.mjs', ...flags];
}
