import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

/** What a payload can be, once each. */
export interface EchoInput {
  say: string;
  /** Continues as new once, and runs a child of that id. */
  childId?: string;
  again?: boolean;
}

export const hear = defineSignal<[string]>('hear');
export const tell = defineUpdate<number, [string]>('tell');
export const heardSoFar = defineQuery<string[], [string]>('heardSoFar');
export const end = defineSignal('end');

const { repeat } = proxyActivities<{ repeat(text: string): Promise<string> }>({
  startToCloseTimeout: '1m',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 2, initialInterval: '10ms' },
});

export async function echo(input: EchoInput): Promise<string[]> {
  const heard: string[] = [];
  let hasEnded = false;
  setHandler(hear, (text) => void heard.push(text));
  setHandler(tell, (text) => heard.push(text));
  setHandler(heardSoFar, (text) => [...heard, text]);
  setHandler(end, () => {
    hasEnded = true;
  });
  heard.push(await repeat(input.say));
  if (input.again) await continueAsNew<typeof echo>({ ...input, again: false, say: `${input.say} again` });
  if (input.childId !== undefined)
    heard.push(...(await executeChild(quote, { workflowId: input.childId, args: [heard] })));
  await condition(() => hasEnded);
  return [...heard, (workflowInfo().memo?.['note'] as string | undefined) ?? 'no note'];
}

export async function quote(texts: string[]): Promise<string[]> {
  return texts.map((text) => `“${text}”`);
}
