export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}
export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  stdin?: string | Uint8Array;
  /** Both streams are a terminal with colours; only without a process of its own. */
  terminal?: boolean;
}
