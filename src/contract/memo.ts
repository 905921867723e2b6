/** What a run's memo holds under `fanfold`. */
export interface RunMemo {
  /** Of kind and input, so that an id is not taken for another run's. */
  inputSha256: string;
  /** Which call of `startRun` it was. */
  startedBy: string;
  /** History is encrypted; messages of failures are to be, too. */
  encrypted?: boolean;
}

export function memoOf(memo: Record<string, unknown> | undefined): RunMemo | undefined {
  return memo?.['fanfold'] as RunMemo | undefined;
}
