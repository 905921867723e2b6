/** Which outcomes the fan-in waits for. */
export const joinPolicies = ['all', 'settled', 'quorum', 'first'] as const;
/** What a fan-out waits for: see `FanOutOptions.join`. */
export type Join = (typeof joinPolicies)[number];

/** The fate of branches that have not ended when the fan-in no longer waits for them. */
export const latePolicies = ['cancel', 'amend'] as const;
/** What becomes of branches that have not ended in time: see `FanOutOptions.late`. */
export type Late = (typeof latePolicies)[number];

/** Options of a fan-out. Every field may be left out. */
export interface FanOutOptions {
  /**
   * `settled`, the default: every branch ends in its own way. `all`: the first branch that is not ok cancels the others. `quorum`: the answer is
   * there when so many are ok. `first`: when one is.
   */
  join?: Join;
  /** Number of branches that `quorum` waits for; more than half by default. */
  quorum?: number;
  /** Milliseconds from the fan-out after which it is folded as it stands. None by default. */
  deadlineMs?: number;
  /**
   * Branches that still go on at the quorum or deadline: `cancel`, the default, cuts them; `amend` lets them end, and the run's
   * result includes them.
   */
  late?: Late;
  /** Least share of the branches that must be ok, from 0 to 1, or the run has failed. Default 0: one is enough. */
  atLeast?: number;
  /**
   * Milliseconds a branch may take, its attempts and the waits between them together, from its first attempt's start. 300,000 by default, 20,000 for
   * what searches a source.
   */
  timeoutMs?: number;
  /** Most tries of a branch; 5 by default, 3 for what searches a source. */
  attempts?: number;
  /** Most branches of this run in flight at once: a ceiling, never a target. 50 by default; 10 for `summarise`, `gather` and `research`. */
  concurrency?: number;
  /**
   * Which runs' calls go first where several wait, from 1, the first, to 5; 3 by default. It is Temporal's `priorityKey`; by default that
   * which the workflow was started with.
   */
  priority?: number;
  /**
   * Whether to ask a second time, beside the first call, where a branch takes much longer than its siblings. The first answer
   * wins. Not by default.
   */
  hedge?: boolean;
  /** The most that the run may spend; no bound by default. */
  budget?: BudgetOptions;
  /**
   * Whether to ask by Message Batches, at half the price and within 24 hours. Questions that are not answered at `deadlineMs` are
   * asked online then, at the full price; without a deadline there is no hurry. Not by default.
   */
  economy?: boolean;
}

/** US dollars. */
export interface BudgetOptions {
  usd: number;
  /** The most that one question of each branch may cost, in input order; see `boundsOf`. */
  boundsUsd: readonly number[];
  /** The most that one question of the fan-in may cost; it is set aside before any branch. */
  fanInUsd?: number;
}

/** {@link FanOutOptions} with every default filled in. */
export interface Policy {
  join: Join;
  /** How many branches must be ok: all under `all`, one under `first`, and never fewer than `atLeast` asks for. */
  needed: number;
  deadlineMs: number | null;
  late: Late;
  timeoutMs: number;
  attempts: number;
  concurrency: number;
  hedge: boolean;
  budget: BudgetOptions | null;
  economy: boolean;
}

/** Which model is asked, and how. Every field may be left out. */
export interface ModelOptions {
  /** Whether to ask anew even where the journal has the answer. Not by default. */
  fresh?: boolean;
  /** The API's model id; `claude-sonnet-5-5` by default. */
  model?: string;
  /** Most output tokens of one answer; 2,048 by default, 1,024 for `map`, 512 for `summarise`. */
  maxTokens?: number;
  /** Whether to ask the offline model instead of the API. Not by default. */
  offline?: boolean;
}

/** The options of a fan-out that are left out. Times are milliseconds. */
export const fanOutDefaults = {
  join: 'settled',
  late: 'cancel',
  atLeast: 0,
  timeoutMs: 300_000,
  attempts: 5,
  concurrency: 50,
  hedge: false,
  economy: false,
} as const satisfies FanOutOptions;

/** The model options that are left out. */
export const modelDefaults = {
  fresh: false,
  model: 'claude-sonnet-5-5',
  maxTokens: 2_048,
  offline: false,
} as const satisfies Required<ModelOptions>;

/** How the outcomes of a fan-out become one result. */
export const fanInKinds = ['merge', 'select', 'synthesise'] as const;
/** What is made of the outcomes: see `FanInOptions.fanIn`. */
export type FanInKind = (typeof fanInKinds)[number];
/** How one result is made of the outcomes. Every field may be left out. */
export interface FanInOptions {
  /** `merge`, the default: in code, by key. `select`: a judge takes the best. `synthesise`: a model writes one answer from all. */
  fanIn?: FanInKind;
  /** The criteria of the judge, or the question of the synthesis. */
  criteria?: string;
}
