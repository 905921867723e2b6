import type { FailingTask } from '../../contract/run.js';
import { shellWord } from '../../fold/visible-text.js';
import { line, setIn } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';

/** Says that a run's workflow task fails, why, and what to do. */
export function failingTaskText(
  workflowId: string,
  { attempts, type, message, worker }: FailingTask,
  indent = '',
): TerminalText {
  const by = worker === null ? '' : ` on ${worker}`;
  return line`the workflow task fails (try ${attempts}${by}): ${setIn(`${type}: ${message}`, indent)}\n${indent}${failingTaskAdvice(workflowId)}`;
}

/** What to do about a run whose workflow task fails. */
export function failingTaskAdvice(workflowId: string): string {
  const id = shellWord(workflowId);
  return `Temporal goes on trying: the run goes on once a worker can do it, such as one of the version that began it. To give it up: temporal workflow terminate --workflow-id ${id}`;
}
