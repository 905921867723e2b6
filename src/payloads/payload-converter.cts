import common = require('@temporalio/common');
import type { RefusedMark } from '../contract/refused.js' with { 'resolution-mode': 'import' };

// Reads the marks that the codec leaves in the place of what it refuses, in workers, clients and workflows of one's own. Temporal loads
// it by its path.
//
// PayloadConverter-1. Outside of workflows a mark is a failure at once.
// PayloadConverter-2. In a workflow it is a value that fails whatever looks into it; as the result of an activity or a child, it fails that; an update is
//     rejected. In the memo it is `null`, which travels between threads.

class RefusedPayloadConverter implements common.PayloadConverterWithEncoding {
  readonly encodingType = 'binary/fanfold-refused';

  toPayload(): undefined {
    return undefined;
  }

  fromPayload<T>({ data }: common.Payload, context?: common.SerializationContext): T {
    const mark = common.defaultPayloadConverter.fromPayload<RefusedMark>({
      metadata: { encoding: common.encodingKeys.METADATA_ENCODING_JSON },
      data: data ?? null,
    });
    // On demand: commands have no use for it.
    const workflow = require('@temporalio/workflow') as typeof import('@temporalio/workflow');
    const failure = () => common.ApplicationFailure.nonRetryable(mark.message, mark.type);
    // Whether an activity is tried again, its retry policy says, by the type.
    if (!workflow.inWorkflowContext()) throw common.ApplicationFailure.retryable(mark.message, mark.type);
    // Until the memo is there, it is what is being read.
    if (workflow.workflowInfo().memo === undefined) return null as T;
    if (context?.type === 'activity') return failing(() => failActivity(failure(), context.activityId)) as T;
    // An update is turned away before it is taken in.
    if (workflow.currentUpdateInfo() !== undefined) throw failure();
    return failing(() => {
      if (!workflow.workflowInfo().unsafe.isReplaying) throw failure();
      // A run that had gone on before stays open: Temporal tries again what fails with no failure of its own.
      throw Object.assign(new Error(mark.message), { name: mark.type });
    }) as T;
  }
}

function failActivity(cause: common.ApplicationFailure, activityId: string | undefined): never {
  throw new common.ActivityFailure('Activity task failed', 'unknown', activityId, 'NON_RETRYABLE_FAILURE', '', cause);
}

/** A value that fails whatever looks into it; a promise that is resolved with it is rejected. */
function failing(fail: () => never): object {
  return new Proxy({}, { get: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, set: fail });
}

export = {
  payloadConverter: new common.CompositePayloadConverter(
    new common.UndefinedPayloadConverter(),
    new common.BinaryPayloadConverter(),
    new common.JsonPayloadConverter(),
    new RefusedPayloadConverter(),
  ),
};
