import type { Remark, Severity } from './findings.js';

/** Reads a check's answer as remarks. A severity of the check's own holds for all of them. */
export function remarksOf(
  check: string,
  output: unknown,
  severity?: Severity,
  words: readonly string[] = [],
): Remark[] {
  const { findings = [] } = (output ?? {}) as { findings?: unknown[] };
  if (check !== 'facts') {
    const right = new Set(check === 'grammar' ? words : []);
    const wrong = (findings as Remark[]).filter(({ quote }) => !right.has(quote.trim()));
    return wrong.map((remark) => (severity === undefined ? remark : { ...remark, severity }));
  }
  return (findings as { quote: string; verdict: string; evidence: string; suggestion?: string }[]).map(
    ({ quote, verdict, evidence, suggestion }) => ({
      quote,
      severity: verdict === 'contradicted' ? 'error' : verdict === 'supported' ? 'info' : 'warning',
      message: `${verdict === 'supported' ? 'Supported' : verdict === 'contradicted' ? 'Contradicted' : 'Not found'}: ${evidence}`,
      ...(suggestion !== undefined && verdict === 'contradicted' && { suggestion }),
    }),
  );
}
