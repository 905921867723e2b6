import type { Response as UndiciResponse } from 'undici';

/** A whole answer where a stream was asked for: thrown, for the SDK would read it as a stream without events. */
export class WholeAnswer extends Error {
  override readonly name = 'WholeAnswer';

  constructor(
    readonly text: string,
    readonly headers: Headers,
  ) {
    super('The API answered a question for a stream with something whole');
  }
}

/**
 * An answer as it came where it is a stream of events, whatever it says that it is.
 *
 * @throws WholeAnswer with its text where it is none
 */
export async function asEvents(answer: UndiciResponse): Promise<UndiciResponse> {
  const type = answer.headers.get('content-type') ?? '';
  if (!answer.ok || answer.body === null || type.includes('event-stream') || type.includes('jsonl')) return answer;
  const reader = answer.body.getReader();
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { value, done } = (await reader.read()) as { value?: Uint8Array; done: boolean };
    if (value !== undefined) chunks.push(value);
    const text = Buffer.concat(chunks).toString();
    if (!done && /^\s*(event|data|id|retry)?:/.test(text)) {
      const events = new ReadableStream<Uint8Array>({
        start: (controller) => chunks.forEach((chunk) => controller.enqueue(chunk)),
        async pull(controller) {
          const next = (await reader.read()) as { value?: Uint8Array; done: boolean };
          if (next.done) controller.close();
          else controller.enqueue(next.value!);
        },
        cancel: (reason) => reader.cancel(reason),
      });
      return new Response(events, { headers: [...answer.headers] }) as unknown as UndiciResponse;
    }
    if (done) throw new WholeAnswer(text, new Headers([...answer.headers]));
  }
}

/** The whole answer that an error was caused by, if it was. */
export function wholeAnswerIn(error: unknown): WholeAnswer | undefined {
  let cause = error;
  // The SDK wraps what `fetch` throws, its helper for streams once more.
  for (let depth = 0; depth < 4; depth += 1) {
    if (cause instanceof WholeAnswer) return cause;
    cause = (cause as { cause?: unknown } | null | undefined)?.cause;
  }
  return undefined;
}
