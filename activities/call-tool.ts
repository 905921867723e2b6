import type { Activities } from '../src/contract/activities.js';
import { shownCharacters } from '../src/plan/result-tool.js';
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
import { cutText, keptWhole, textOf } from './tools/result-page.js';
import { partsIn } from './tools/result-parts.js';
import { runTool } from './tools/run-tool.js';
import { inToolSpan } from './tools/tool-span.js';
import type { Input } from './tools/run-tool.js';

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
      const { store } = settings;
      const surroundings = { registered, env, secrets, cpu, run: name, pace, policy, store, signal };
      const result = await inToolSpan(call.tool.name, input, surroundings, async () => {
        await checkInput(call.tool, input, surroundings);
        return runTool(call, input as Input, surroundings);
      });
      return placeOutput(call.whole === true ? keptWhole(result) : onePage(result), call.inlineBytes, store);
    });
}

/** A result for a run that shows no pages and no images. */
function onePage(result: unknown): unknown {
  if (partsIn(result) !== undefined) return cutText(textOf(result));
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
  return text.length <= shownCharacters ? (result ?? '') : cutText(text);
}
