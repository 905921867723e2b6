/** `metadata.encoding` of the mark that a codec leaves in the place of a payload it refuses; only fanfold's converters know it. */
export const refusedEncoding = 'binary/fanfold-refused';

/**
 * Types of failures over a payload that end an activity: its key is missing; it was encrypted for another run; it inflates to more than
 * fanfold ever writes.
 */
export const finalPayloadFailures = ['UnreadablePayload', 'MisplacedPayload', 'OversizedPayload'] as const;

/**
 * Those, and that it is not encrypted although there is a key, or only compressed. Activities are tried again over it: those of runs that
 * began without a key wait for a worker that accepts plain payloads.
 */
export const payloadFailures = [...finalPayloadFailures, 'PlainPayload'] as const;

export type PayloadFailure = (typeof payloadFailures)[number];

/** Those of a payload that could be read and is refused. */
export type Refusal = Exclude<PayloadFailure, 'UnreadablePayload'>;

/** What the mark holds, as JSON. */
export interface RefusedMark {
  type: Refusal;
  /** What happened and what to do. */
  message: string;
}
