/** `metadata.encoding` of the mark that a codec leaves in the place of a payload it refuses; only fanfold's converters know it. */
export const refusedEncoding = 'binary/fanfold-refused';

/**
 * Failure types of payloads that end an activity. The payload's key is missing, it was encrypted for another run, or it inflates
 * to more than fanfold ever writes.
 */
export const finalPayloadFailures = ['UnreadablePayload', 'MisplacedPayload', 'OversizedPayload'] as const;

/**
 * All failure types of payloads: those, and that of a payload that is not encrypted although there is a key, or only compressed.
 * Activities are tried again over the latter: a run that began without a key waits for a worker that accepts plain payloads.
 */
export const payloadFailures = [...finalPayloadFailures, 'PlainPayload'] as const;

/** The type of a failure to read a payload of event history. */
export type PayloadFailure = (typeof payloadFailures)[number];

/** Failure types of payloads that could be read and are refused. */
export type Refusal = Exclude<PayloadFailure, 'UnreadablePayload'>;

/** The content of the mark, as JSON. */
export interface RefusedMark {
  /** `BadInput` where the payload is none of JSON; only fanfold's converter says so. */
  type: Refusal | 'BadInput';
  /** What happened and what to do. */
  message: string;
}
