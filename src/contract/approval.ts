/** What somebody has decided about calls that wait to be allowed. */
export interface Decision {
  allow: boolean;
  /** All that wait, where it is left out. */
  keys?: string[];
  /** Told to the model where they are refused. */
  reason?: string;
}

const middle = ' waits to be allowed: ';

/** The timer that stands for the wait is called so; Temporal keeps 400 bytes. */
export function approvalSummary(key: string, input: string): string {
  const shown = input.length > 120 ? `${input.slice(0, 119)}…` : input;
  return `${key}${middle}${shown}`;
}

/** The call that waits, if the summary is that of such a timer. */
export function approvalOf(summary: string): { key: string; input: string } | undefined {
  const at = summary.indexOf(middle);
  if (at < 0) return undefined;
  return { key: summary.slice(0, at), input: summary.slice(at + middle.length) };
}
