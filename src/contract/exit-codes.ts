/** Exit codes of the command, by what they mean. */
export const exitCodes = {
  complete: 0,
  findings: 1,
  badInput: 2,
  partial: 3,
  failed: 4,
  overBudget: 5,
  unavailable: 6,
  interrupted: 130,
} as const;

/** An exit code of the command. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
