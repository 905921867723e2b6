import { AnthropicError, APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';

import { classify } from '../../../src/model/call/error-table.js';

const withCause = (cause: object) => new APIConnectionError({ cause: cause as Error });

describe('an error without an answer of the API', () => {
  it.each([
    ['a socket that was reset', Object.assign(new Error('read'), { code: 'ECONNRESET' }), 'ConnectionFailed'],
    ['a code of somebody else’s', Object.assign(new Error('read'), { code: 'ENOENT' }), 'Unexpected'],
    ['a body that breaks off', new TypeError('terminated'), 'ConnectionFailed'],
    ['a mistake in our own code', new TypeError('ask is not a function'), 'Unexpected'],
    ['a mistake that is told alike', new TypeError('terminated is not a function'), 'Unexpected'],
    ['a mistake that ends alike', new TypeError('it was terminated'), 'Unexpected'],
    ['a failed fetch of no TypeError', new Error('fetch failed'), 'Unexpected'],
    ['a stream without its end', new AnthropicError('stream ended without a message'), 'MalformedAnswer'],
    ['nothing at all', undefined, 'Unexpected'],
  ])('%s', (_, error, type) => {
    expect(classify(error)).toBe(type);
  });

  it('is a key that is missing only where a package says that it has looked everywhere', () => {
    const amazon = { name: 'CredentialsProviderError', message: 'Could not load credentials from any providers' };
    expect(classify(withCause(amazon))).toBe('NoApiKey');
    // These may go well the next time.
    expect(classify(withCause({ ...amazon, message: 'The metadata service timed out' }))).toBe('ConnectionFailed');
    expect(classify(withCause({ ...amazon, name: 'Error' }))).toBe('ConnectionFailed');
    expect(classify(new Error('no call', { cause: amazon }))).toBe('Unexpected');
  });
});

describe('an error of the API', () => {
  it('with a status is not judged by the rows of events, which have none', () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'no' } };
    expect(classify(new APIError(600, body, undefined, new Headers()))).toBe('Unexpected');
    expect(classify(new APIError(undefined, body, undefined, undefined))).toBe('Overloaded');
  });

  it('is judged without headers, too', () => {
    expect(classify(new APIError(403, { error: { type: 'error' } }, undefined, undefined))).toBe('PermissionDenied');
  });
});
