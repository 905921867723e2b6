import type { Activities } from '../src/contract/activities.js';
import type { CpuPool } from '../src/cpu/index.js';
import type { Policy } from '../src/tools/index.js';
import { branchActivity } from './branch/branch-activity.js';
import { secretsOf } from './branch/secrets-of.js';
import type { ActivitiesSettings } from './settings.js';
import type { Pace } from './sources/pace.js';
import { placeOutput } from './stored/place-output.js';
import { storedValue } from './stored/stored-value.js';
import { checkInput } from './tools/check-input.js';
import { RegisteredTools } from './tools/registered-tools.js';
import { runTool } from './tools/run-tool.js';
import type { Input } from './tools/run-tool.js';
import { beginningOf } from '../src/contract/cut-text.js';

/** Longest result that is shown to the model, in UTF-16 code units. */
const mostCharacters = 60_000;

/** The activity `callTool`: one call of one tool per attempt. */
export function createCallTool(
  settings: ActivitiesSettings,
  cpu: Pick<CpuPool, 'run' | 'runPattern'>,
  pace: Pace,
  policy: Policy,
): Activities['callTool'] {
  const { env = {}, secrets = secretsOf(settings) } = settings;
  const registered = new RegisteredTools(policy, env, secrets);
  return (call) =>
    branchActivity('ToolFailed', '', async (signal, name) => {
      const input = await storedValue(call.input, settings.store);
      const surroundings = { registered, env, secrets, cpu, run: name, pace, policy, signal };
      await checkInput(call.tool, input, surroundings);
      const result = await runTool(call, input as Input, surroundings);
      return placeOutput(shownResult(result), call.inlineBytes, settings.store);
    });
}

function shownResult(result: unknown): unknown {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
  if (text.length <= mostCharacters) return result ?? '';
  const shown = beginningOf(text, mostCharacters);
  return `${shown}… (cut: ${text.length - shown.length} more characters)`;
}
