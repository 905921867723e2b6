/** `fanfold/offline`: the offline model of `@fanfold/offline-model`, under the names that this entry has always had. */
export { readFaultScript, startOfflineModel } from '@fanfold/offline-model';
export type {
  Batch,
  CallMatch,
  CallRecord,
  Endpoint,
  Fault,
  FaultKind,
  FaultPlace,
  FaultRule,
  Hold,
  Limits,
  Moment,
  OfflineModel,
  OfflineModelOptions,
  PartMatch,
  Patience,
  Retention,
  RetryAfter,
  ScriptedRule,
} from '@fanfold/offline-model';
