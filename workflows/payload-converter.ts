import {
  ActivityFailure,
  ApplicationFailure,
  BinaryPayloadConverter,
  CompositePayloadConverter,
  defaultPayloadConverter,
  JsonPayloadConverter,
  UndefinedPayloadConverter,
} from '@temporalio/common';
import type { Payload, PayloadConverterWithEncoding, SerializationContext } from '@temporalio/common';

import { refusedEncoding } from '../src/contract/refused.js';
import type { RefusedMark } from '../src/contract/refused.js';

/** Stands for an argument, or an entry of the memo, that the worker's codec has refused. */
export class RefusedPayload {
  constructor(readonly mark: RefusedMark) {}
}

/** Reads the marks that the worker's codec leaves in the place of payloads that it refuses. */
class RefusedPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType = refusedEncoding;

  toPayload(): undefined {
    return undefined;
  }

  fromPayload<T>({ data }: Payload, context?: SerializationContext): T {
    const json = { metadata: { encoding: jsonEncoding }, data: data ?? null };
    const mark = defaultPayloadConverter.fromPayload<RefusedMark>(json);
    if (context?.type !== 'activity') return new RefusedPayload(mark) as T;
    // The result of an activity becomes a failed promise here: the activity has failed.
    const failed = Promise.reject<never>(activityFailure(mark, context.activityId));
    failed.catch(() => {});
    return failed as T;
  }
}

function activityFailure({ type, message }: RefusedMark, activityId: string | undefined): ActivityFailure {
  const cause = ApplicationFailure.nonRetryable(message, type);
  return new ActivityFailure('Activity task failed', 'unknown', activityId, 'NON_RETRYABLE_FAILURE', '', cause);
}

const jsonEncoding = defaultPayloadConverter.toPayload(null).metadata!['encoding']!;

/**
 * Temporal's own, and what reads refusals. A payload that cannot be read is refused as well, where it came from outside: thrown here,
 * the error would fail the workflow task again and again.
 */
class LenientPayloadConverter extends CompositePayloadConverter {
  override fromPayload<T>(payload: Payload, context?: SerializationContext): T {
    try {
      return super.fromPayload<T>(payload, context);
    } catch (error) {
      if (context?.type === 'activity') throw error;
      const message = `Expected a payload of JSON, got one that cannot be read: ${(error as Error).message}.`;
      return new RefusedPayload({ type: 'BadInput', message }) as T;
    }
  }
}

export const payloadConverter = new LenientPayloadConverter(
  new UndefinedPayloadConverter(),
  new BinaryPayloadConverter(),
  new JsonPayloadConverter(),
  new RefusedPayloadConverter(),
);
