import type { Remark } from '../../fold/findings.js';

/** Harper's kinds that are about style, and not about what is right. */
const style = new Set(['Style', 'Enhancement', 'Readability', 'WordChoice', 'Redundancy', 'Regionalism']);

/** The remarks of rules. A rule may be wrong, so none of them is an error. */
export interface GrammarCheck {
  findings: Remark[];
  /** The reason why there are no more findings, or none: Harper knows only English. */
  note?: string;
}

const mostFindings = 1_000;

/** Share of unknown words above which a text counts as another language. Harper's own guess is wrong about short texts. */
const mostUnknown = 0.3;

/** Checks grammar, spelling and punctuation by Harper's rules. Code in Markdown is left out. */
export async function checkGrammar({ text, markdown }: { text: string; markdown: boolean }): Promise<GrammarCheck> {
  const [{ LocalLinter }, { slimBinary }] = await Promise.all([import('harper.js'), import('harper.js/slimBinary')]);
  linter ??= new LocalLinter({ binary: slimBinary });
  const lints = await linter.lint(text, { language: markdown ? 'markdown' : 'plaintext' });
  const unknownWords = lints.filter((lint) => lint.lint_kind() === 'Spelling').length;
  if (unknownWords > (text.match(/\p{L}+/gu) ?? []).length * mostUnknown) {
    return { findings: [], note: 'The text is not English, which is all that the local checker knows.' };
  }
  const left = lints.length - mostFindings;
  return {
    ...(left > 0 && { note: `${left} more are left out.` }),
    findings: lints.slice(0, mostFindings).map((lint) => {
      const { start: at, end } = lint.span();
      const quote = text.slice(at, end);
      const kind = lint.lint_kind();
      const [suggestion] = lint.suggestions();
      const isName = kind === 'Spelling' && /^\p{Lu}/u.test(quote);
      // An insertion is shown as the text that stands there afterwards.
      const added = suggestion === undefined ? undefined : suggestion.get_replacement_text();
      return {
        quote,
        at,
        severity: style.has(kind) || isName ? 'info' : 'warning',
        message: lint.message(),
        ...(added !== undefined && { suggestion: suggestion?.kind() === insertAfter ? quote + added : added }),
      } satisfies Remark;
    }),
  };
}

/** Harper's `SuggestionKind.InsertAfter`. */
const insertAfter = 2;

let linter: InstanceType<(typeof import('harper.js'))['LocalLinter']> | undefined;
