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

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
