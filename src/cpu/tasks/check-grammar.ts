import type { Remark } from '../../fold/findings.js';

/** Of what matters of style, and not of what is right. */
const style = new Set(['Style', 'Enhancement', 'Readability', 'WordChoice', 'Redundancy', 'Regionalism']);

/** What a machine's rule says may be wrong: none of it is an error. */
export interface GrammarCheck {
  findings: Remark[];
  /** Why there are no more, or none: the text is not English, which is all that Harper knows. */
  note?: string;
}

const mostFindings = 1_000;

/** A text with a larger share of words that it does not know is taken to be in another language; Harper's own guess is wrong about short texts. */
const mostUnknown = 0.3;

/** Grammar, spelling and punctuation by Harper's rules; code in Markdown is left out. */
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
      // An insertion is said as what stands there afterwards.
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
