import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const daySeconds = 24 * 3_600;

/** How long the embedded server keeps runs that have ended, in days: a server for development keeps them for one by default. */
export const keptForDays = 30;

type Services = Pick<Connection, 'workflowService'>;

/** How long a namespace keeps runs that have ended, in days; `null` where the server does not say. */
export async function retentionDays({ workflowService }: Services, namespace: string): Promise<number | null> {
  const { config } = await workflowService.describeNamespace({ namespace });
  const seconds = config?.workflowExecutionRetentionTtl?.seconds;
  return seconds == null ? null : Number(seconds) / daySeconds;
}

/**
 * Sees to it that the embedded server keeps runs for at least so long. It holds for runs that end from then on. One that keeps
 * them longer, because somebody has told it to, is left alone.
 *
 * @returns whether it keeps them so long now
 */
export async function ensureRetention(services: Services, namespace: string): Promise<boolean> {
  // Another process may be changing the namespace, too: the next command tries again.
  return raise(services, namespace).then(
    () => true,
    () => false,
  );
}

async function raise(services: Services, namespace: string): Promise<void> {
  const days = await retentionDays(services, namespace);
  if (days === null || days >= keptForDays) return;
  await services.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(keptForDays * daySeconds * 1_000) },
  });
}
