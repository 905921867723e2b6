import { ApplicationFailure } from '@temporalio/common';

import type { Activities, AnswerGroup, KeyedAnswer } from '../src/contract/activities.js';
import type { StoredBranch } from '../src/contract/branch.js';
import { FanfoldError } from '../src/contract/errors.js';
import { mostJudged } from '../src/contract/limits.js';
import { letterOf, mostCharacters } from '../src/fold/fan-in.js';
import { shown } from '../src/plan/graph/template.js';
import { blockOf } from '../src/prompts/fan-in.js';
import type { ActivitiesSettings } from './settings.js';
import { storedValue } from './stored/stored-value.js';

/** Longest answer that goes through history, in characters of its JSON: a judge's winners come together. */
const mostInline = 4_000;

/**
 * The activities of a fan-in over a run in lanes, whose answers are in the store.
 *
 * FoldAnswers-1. Answers are in input order, each in one group. One that is longer than a call may be is in a group by itself.
 * FoldAnswers-2. One group of answers is in memory at a time, beside the reports.
 */
export function createFoldAnswers({
  store,
}: Pick<ActivitiesSettings, 'store'>): Pick<Activities, 'groupAnswers' | 'answerAt'> {
  return {
    groupAnswers: async ({ reports, total, how, mark }) => {
      const ended = new Map<number, StoredBranch>();
      for (const report of reports) {
        for (const branch of JSON.parse(await readText(report)) as StoredBranch[]) {
          // A branch that was begun anew is in two reports.
          if (ended.get(branch.index)?.status !== 'ok') ended.set(branch.index, branch);
        }
      }
      const inOrder = Array.from({ length: total }, (_, index) => ended.get(index)).filter(
        (branch) => branch !== undefined,
      );
      const answers = inOrder.flatMap(({ key, status, output }): KeyedAnswer[] =>
        status === 'ok' && output !== undefined ? [{ key, output }] : [],
      );
      const lost = inOrder.filter(({ status }) => status !== 'ok').map(({ key }) => key);
      const groups: AnswerGroup[] = [];
      let group = new Group(mark, how);
      for (const answer of answers) {
        const text = shown(await storedValue(answer.output, store));
        if (!group.fits(text)) {
          groups.push(await group.placed(store));
          group = new Group(mark, how);
        }
        group.add(answer, text);
      }
      if (group.size > 0) groups.push(await group.placed(store));
      return {
        groups,
        from: answers.slice(0, mostJudged).map(({ key }) => key),
        ok: answers.length,
        missing: lost.slice(0, mostJudged),
      };
    },
    answerAt: async (group, place) => {
      const answer = (JSON.parse(await readText(group)) as KeyedAnswer[])[place];
      if (answer === undefined) throw ApplicationFailure.nonRetryable(`No answer is at ${place}.`, 'BadInput');
      const { key, output } = answer;
      if (!('inline' in output)) return answer;
      const text = JSON.stringify(output.inline);
      if (text.length <= mostInline) return answer;
      const { sha256, bytes } = await store.putText(text);
      return { key, output: { sha256, bytes } };
    },
  };

  async function readText(blob: { sha256: string; bytes: number }): Promise<string> {
    try {
      return await store.readText(blob);
    } catch (error) {
      if (!(error instanceof FanfoldError)) throw error;
      throw ApplicationFailure.nonRetryable(error.message, error.type);
    }
  }
}

class Group {
  readonly #answers: KeyedAnswer[] = [];
  readonly #texts: string[] = [];
  #characters = 0;

  constructor(
    readonly mark: string,
    readonly how: 'select' | 'synthesise',
  ) {}

  get size(): number {
    return this.#answers.length;
  }

  fits(text: string): boolean {
    if (this.size === 0) return true;
    if (this.how === 'select' && this.size >= mostJudged) return false;
    return this.#characters + text.length <= mostCharacters;
  }

  add(answer: KeyedAnswer, text: string): void {
    this.#answers.push(answer);
    this.#texts.push(text);
    this.#characters += text.length + answer.key.length + 100;
  }

  async placed(store: ActivitiesSettings['store']): Promise<AnswerGroup> {
    const put = async (value: unknown) => {
      const { sha256, bytes } = await store.putText(JSON.stringify(value));
      return { sha256, bytes };
    };
    const isJudged = this.how === 'select';
    return {
      count: this.size,
      first: this.#answers[0]?.key ?? '',
      last: this.#answers.at(-1)?.key ?? '',
      blocks: await put(this.#blocks(this.#texts)),
      ...(isJudged && { reversed: await put(this.#blocks(this.#texts.toReversed())) }),
      answers: await put(this.#answers),
    };
  }

  /** A judge knows answers by letters, whose they are not. */
  #blocks(texts: readonly string[]): string {
    return texts
      .map((text, at) => {
        const key = this.how === 'select' ? letterOf(at) : (this.#answers[at]?.key ?? '');
        const { begin, end } = blockOf(this.mark, key);
        return `${begin}${text}${end}`;
      })
      .join('');
  }
}
