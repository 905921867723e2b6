import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { InputError } from '../../contract/errors.js';

/** Who may ask, by their tokens, of which only SHA-256 digests are known. A token has 32 random bytes, so that no salt is needed. */
export class Clients {
  readonly #digests: readonly { name: string; digest: Buffer }[];

  /**
   * @param text lines `NAME sha256:HEX`; empty lines and those that begin with `#` say nothing
   * @throws InputError
   */
  constructor(text: string) {
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    this.#digests = lines.flatMap((line, at) => {
      if (line === '' || line.startsWith('#')) return [];
      const [, name, hex] = /^([\w.-]{1,100})\s+sha256:([0-9a-f]{64})$/.exec(line) ?? [];
      if (name !== undefined && hex !== undefined) return [{ name, digest: Buffer.from(hex, 'hex') }];
      // The line is not quoted: somebody may have put a token there.
      throw new InputError(
        `Expected line ${at + 1} of the tokens to be \`NAME sha256:DIGEST\`, got something else, ${line.length} characters long.`,
        'Let `fanfold gateway token NAME` write it.',
      );
    });
    if (this.#digests.length === 0)
      throw new InputError(
        'Expected tokens of at least one client, got none.',
        'Make one with `fanfold gateway token NAME`.',
      );
  }

  /** The name of the client whose token the request has; `undefined` where it has none of them. */
  clientOf(headers: IncomingHttpHeaders): string | undefined {
    const token = tokenIn(headers);
    if (token === undefined) return undefined;
    const digest = digestOf(token);
    // All are compared, so that the time says nothing.
    return this.#digests.filter((each) => timingSafeEqual(each.digest, digest))[0]?.name;
  }
}

/** A new token, and the line that lets it in. */
export function newToken(name: string): { token: string; line: string } {
  if (!/^[\w.-]{1,100}$/.test(name)) {
    throw new InputError(
      `Expected the client's name to be up to 100 letters, digits, and any of \`._-\`, got ${JSON.stringify(name)}.`,
    );
  }
  const token = `fanfold-${randomBytes(32).toString('base64url')}`;
  return { token, line: `${name} sha256:${digestOf(token).toString('hex')}` };
}

/** As the SDKs send it: `x-api-key`, or `Authorization: Bearer`. */
function tokenIn({ 'x-api-key': key, authorization = '' }: IncomingHttpHeaders): string | undefined {
  const [, bearer] = /^Bearer (.+)$/i.exec(authorization) ?? [];
  return bearer ?? (typeof key === 'string' ? key : undefined);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
