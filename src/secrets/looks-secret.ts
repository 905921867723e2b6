/** Names that secrets have. `keywords`, `author` and `design` are none: their values are no secret. */
const secretName =
  /token|secret|passw|passphrase|api[_-]?key|credential|cookie|session|signature|auth(?!or(?!i[sz]))|(?:^|[_-])(?:key|sig)(?:$|[_-])|[a-z]Key$/i;

/** Variables that tell places and persons; their values stand in ordinary text. */
const ordinary =
  /^(HOME|PATH|PWD|OLDPWD|USER|USERNAME|LOGNAME|LANG|LC_\w+|SHELL|TERM|TMPDIR|TZ|HOSTNAME|NODE_\w+|XDG_\w+)$/;

/** Whether a literal value counts as a secret, by its name or by its looks. */
export function looksSecret(name: string, value: string): boolean {
  if (isPlain(value)) return false;
  return secretName.test(name) || (/^\S{20,}$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value));
}

/** Whether a variable's value may be shown. */
export function isOrdinary(variable: string): boolean {
  return ordinary.test(variable);
}

/** Paths, addresses and numbers. */
function isPlain(value: string): boolean {
  return /^(\.{0,2}\/|~|[a-z][a-z0-9+.-]*:\/\/)/i.test(value) || /^[\d.]*$/.test(value);
}
