import { proxyActivities } from '@temporalio/workflow';

const { ask } = proxyActivities({ startToCloseTimeout: '1m' });

/** A fan-out as the Temporal documentation has it: an activity a branch. */
export function plain(count) {
  return Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
}
