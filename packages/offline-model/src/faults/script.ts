import type { CallRecord } from '../calls/call-record.js';
import type { Fault, FaultOf } from './fault.js';
import { compileMatch } from './match-call.js';
import type { CallTexts } from './match-call.js';
import type { Endpoint, FaultRule } from './rule.js';

/** A rule at work. */
export interface ScriptedRule {
  /** Calls it has been applied to. */
  readonly used: number;
  /** Takes the rule out; calls that it already struck stay struck. */
  remove(): void;
}

interface Entry {
  rule: FaultRule;
  matches(call: CallRecord, texts: CallTexts): boolean;
  passed: number;
  used: number;
}

export type OtherFault = Exclude<Fault, FaultOf<'slow'>>;

/** What the script says about one call. */
export interface Verdict {
  /** Latency in milliseconds instead of the natural one. */
  slowMs?: number;
  fault?: OtherFault;
}

/**
 * The fault rules in force.
 *
 * Script-1. A call is struck by at most one `slow` rule and one other: the first of each that matches and is not used up.
 * Script-2. Rules added later come first; rules added together keep their order.
 * Script-3. Only a rule that is looked at counts the call, for `skip` and for `times`.
 */
export class Script {
  #entries: Entry[] = [];

  add(rules: readonly FaultRule[]): ScriptedRule[] {
    const entries = rules.map((rule) => ({ rule, matches: compileMatch(rule.match), passed: 0, used: 0 }));
    this.#entries.unshift(...entries);
    return entries.map((entry) => ({
      get used() {
        return entry.used;
      },
      remove: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
    }));
  }

  judge(call: CallRecord, texts: CallTexts, endpoint: Endpoint = 'messages'): Verdict {
    const verdict: Verdict = {};
    for (const entry of this.#entries) {
      const { fault, on = 'messages' } = entry.rule;
      if (on !== endpoint) continue;
      const decided = fault.kind === 'slow' ? verdict.slowMs !== undefined : verdict.fault !== undefined;
      if (decided || entry.used >= (entry.rule.times ?? Infinity) || !entry.matches(call, texts)) continue;
      if (entry.passed < (entry.rule.skip ?? 0)) {
        entry.passed += 1;
        continue;
      }
      entry.used += 1;
      if (fault.kind === 'slow') verdict.slowMs = fault.ms;
      else verdict.fault = fault;
    }
    return verdict;
  }
}
