import type { FailingTask } from '../../contract/run.js';
import { shellWord } from '../../fold/visible-text.js';
import { line, setIn } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';

/** Tries up to which a task that no worker has ended is a matter of a worker that was killed or had much to do. */
const usualTries = 3;

/** Says that a run's workflow task fails, why, and what to do; of one that was only late, that the run goes on by itself. */
export function failingTaskText(workflowId: string, failing: FailingTask, indent = ''): TerminalText {
  const { attempts, type, message, worker } = failing;
  if (isLate(failing)) return line`${lateText(attempts)}`;
  const by = worker === null ? '' : ` on ${worker}`;
  return line`the workflow task fails (try ${attempts}${by}): ${setIn(`${type}: ${message}`, indent)}\n${indent}${failingTaskAdvice(workflowId)}`;
}

/** The same in a sentence that names the run, and what to do, where somebody has to do something. */
export function failingTaskFinding(workflowId: string, failing: FailingTask): { found: string; advice?: string } {
  const { attempts, type, message } = failing;
  if (isLate(failing)) return { found: `${workflowId}: ${lateText(attempts)}` };
  return {
    found: `the workflow task of ${workflowId} fails (try ${attempts}): ${type}: ${message}`,
    advice: failingTaskAdvice(workflowId),
  };
}

/** Whether nothing has failed: a worker has not ended the task in time, and another try is under way. */
function isLate({ attempts, type, worker }: FailingTask): boolean {
  return type === 'TimedOut' && worker === null && attempts <= usualTries;
}

function lateText(attempts: number): string {
  return `the worker that had the run’s next step did not end it in time (10 s): it was killed, or had much to do. Temporal gives it out again (try ${attempts}), and the run goes on by itself.`;
}

/** What to do about a run whose workflow task fails. */
function failingTaskAdvice(workflowId: string): string {
  const id = shellWord(workflowId);
  return `Temporal goes on trying: the run goes on once a worker can do it, such as one of the version that began it. To give it up: temporal workflow terminate --workflow-id ${id}`;
}
