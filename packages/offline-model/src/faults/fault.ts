import { z } from 'zod';

const retryAfter = z.union([z.number(), z.string(), z.strictObject({ dateInSeconds: z.number() })]);

/** The `retry-after` header: seconds, a literal header value, or an HTTP date so many seconds from the answer. */
export type RetryAfter = z.infer<typeof retryAfter>;

/**
 * Where within an answer a fault strikes: after so many stream events, or after the first event of that type. Pings do not
 * count. An answer that is not streamed has one place only, the middle of its body. Default 3: some text has been sent.
 */
const after = z.union([
  z.int().min(0),
  z.enum(['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta']),
]);

/** Where within an answer a fault strikes: so many stream events, or the type of the first event. */
export type FaultPlace = z.infer<typeof after>;

const stopReason = z.enum([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
]);

const refusalCategory = z.enum(['cyber', 'bio', 'frontier_llm', 'reasoning_extraction', 'general_harms']);

/** Instead of an answer, an error. */
const errors = [
  z.strictObject({ kind: z.literal('rate-limit'), retryAfter: retryAfter.optional() }),
  z.strictObject({ kind: z.literal('ramp-limit'), retryAfter: retryAfter.optional() }),
  // `workspace` is the 400 that names a date; the other two are 429 with an error code.
  z.strictObject({ kind: z.literal('spend-limit'), limit: z.enum(['enforced', 'contract', 'workspace']).optional() }),
  z.strictObject({ kind: z.literal('overloaded'), retryAfter: retryAfter.optional() }),
  // With `htmlBytes` the body is an HTML page of that size, as a proxy sends it; 502 has 300,000 bytes unless told otherwise.
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    message: z.string().optional(),
    retryAfter: retryAfter.optional(),
    htmlBytes: z.int().min(0).optional(),
  }),
] as const;

/** The connection misbehaves. */
const connections = [
  z.strictObject({ kind: z.literal('slow'), ms: z.number().min(0) }),
  z.strictObject({ kind: z.literal('hang-before-headers') }),
  z.strictObject({ kind: z.literal('hang-in-body'), after: after.optional() }),
  // Without `count` the pings never end; with it the answer goes on after so many. Not streamed: spaces, which JSON allows.
  z.strictObject({
    kind: z.literal('slow-pings'),
    everyMs: z.number().min(1),
    count: z.int().min(1).optional(),
    after: after.optional(),
  }),
  z.strictObject({ kind: z.literal('trickle'), bytesPerSecond: z.number().min(1) }),
  z.strictObject({ kind: z.literal('reset-before-headers') }),
  z.strictObject({ kind: z.literal('reset-in-body'), after: after.optional() }),
  z.strictObject({ kind: z.literal('clean-end'), after: after.optional() }),
  z.strictObject({
    kind: z.literal('stream-error'),
    error: z.enum(['overloaded_error', 'api_error', 'rate_limit_error']).optional(),
    after: after.optional(),
  }),
] as const;

/** Status 200, and yet no Messages API answer. */
const bodies = [
  z.strictObject({ kind: z.literal('malformed-json') }),
  z.strictObject({ kind: z.literal('empty-object') }),
  z.strictObject({ kind: z.literal('html'), bytes: z.int().min(0).optional() }),
  z.strictObject({ kind: z.literal('body'), body: z.string(), contentType: z.string().optional() }),
] as const;

/** An answer of the right shape with something else in it. */
const answers = [
  z.strictObject({ kind: z.literal('answer'), text: z.string(), stopReason: stopReason.optional() }),
  z.strictObject({ kind: z.literal('answer-bytes'), bytes: z.int().min(1) }),
  z.strictObject({ kind: z.literal('answer-json'), value: z.json() }),
  // Without `tokens`: half of the answer.
  z.strictObject({ kind: z.literal('truncated'), tokens: z.int().min(0).optional() }),
  z.strictObject({
    kind: z.literal('refused'),
    category: refusalCategory.optional(),
    explanation: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('stop-reason'), stopReason }),
  z.strictObject({
    kind: z.literal('tool-calls'),
    calls: z.array(z.strictObject({ name: z.string(), input: z.json() })),
  }),
  z.strictObject({ kind: z.literal('cut-tool-input') }),
  z.strictObject({ kind: z.literal('schema-misfit') }),
  // Only inside a Message Batch: the request was not processed within 24 hours.
  z.strictObject({ kind: z.literal('expired') }),
] as const;

export const faultSchema = z.discriminatedUnion('kind', [...errors, ...connections, ...bodies, ...answers]);

/** What goes wrong with a call, or what it is answered. Plain JSON. */
export type Fault = z.infer<typeof faultSchema>;
/** The kind of a fault. */
export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;
