import { proxyActivities } from '@temporalio/workflow';

/** A fan-out as the Temporal documentation has it: an activity a branch. */
export function plain(count, heartbeats) {
  const { ask } = proxyActivities({
    startToCloseTimeout: '1m',
    ...(heartbeats && { heartbeatTimeout: '5s' }),
  });
  return Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
}
