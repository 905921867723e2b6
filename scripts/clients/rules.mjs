/**
 * Prompts that make the offline model go wrong on purpose: the same for every client.
 * @returns {import('@fanfold/offline-model').FaultRule[]}
 */
export function rules() {
  const limited = new Set();
  const isFirst = ({ prompt }) => {
    if (!/limit me once/.test(prompt) || limited.has(prompt)) return false;
    limited.add(prompt);
    return true;
  };
  return [
    { match: isFirst, fault: { kind: 'rate-limit', retryAfter: 0 } },
    { match: 'limit me always', fault: { kind: 'rate-limit', retryAfter: 7 } },
    { match: 'be overloaded', fault: { kind: 'overloaded' } },
    { match: 'break off', fault: { kind: 'stream-error', error: 'overloaded_error', after: 3 } },
    { match: 'be slow', fault: { kind: 'slow', ms: 2_500 } },
  ];
}
