/** Not `keywords`, `author` or `design`: what stands there is no secret. */
const secretName =
  /token|secret|passw|passphrase|api[_-]?key|credential|cookie|session|signature|auth(?!or(?!i[sz]))|(?:^|[_-])(?:key|sig)(?:$|[_-])|[a-z]Key$/i;

/** Variables that say where and who one is, and whose values stand in ordinary text. */
const ordinary =
  /^(HOME|PATH|PWD|OLDPWD|USER|USERNAME|LOGNAME|LANG|LC_\w+|SHELL|TERM|TMPDIR|TZ|HOSTNAME|NODE_\w+|XDG_\w+)$/;

/** Whether a literal value is taken for a secret, by the name that it goes by or by its looks. */
export function looksSecret(name: string, value: string): boolean {
  if (isPlain(value)) return false;
  return secretName.test(name) || (/^\S{20,}$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value));
}

/** Whether what a variable of the environment expanded to may be shown. */
export function isOrdinary(variable: string): boolean {
  return ordinary.test(variable);
}

/** Paths, addresses and numbers. */
function isPlain(value: string): boolean {
  return /^(\.{0,2}\/|~|[a-z][a-z0-9+.-]*:\/\/)/i.test(value) || /^[\d.]*$/.test(value);
}
