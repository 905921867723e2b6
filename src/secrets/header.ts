/**
 * The fault of a header that cannot be sent (RFC 9110, 5.1 and 5.5), as the end of a sentence that quotes no value; `undefined`
 * where there is none. An unchecked header makes `fetch` throw an error that quotes it.
 */
export function headerFault(name: string, value: string): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    return 'a header whose name has a character that is not allowed there (it is not shown: it may be a secret)';
  }
  if (/^[\t\x20-\x7E\x80-\xFF]*$/.test(value)) return undefined;
  return `a value for the header ${name} with a line break or another character that is not allowed there (it is not shown: it may be a secret)`;
}

/** A header's value as `fetch` sends it, without white space around it: files of secrets end with a line break. */
export function sentHeader(value: string): string {
  return value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
}
