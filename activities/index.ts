export { createActivities } from './create-activities.js';
export type { ActivitiesSettings } from './settings.js';
export type { ModelApi } from '../src/model/call/client.js';
export type { Policy, PolicyRules } from '../src/tools/index.js';
// Types that stand in the signatures above: the parts of a worker, and what they take and give.
export type { BucketName, BucketSnapshot, Change, GateState, LimiterSnapshot } from '../src/contract/limiter.js';
export type { Provider } from '../src/contract/providers.js';
export type {
  CpuPool,
  Input as CpuInput,
  Output as CpuOutput,
  PatternTask,
  Tasks as CpuTasks,
} from '../src/cpu/cpu-pool.js';
export type { PatternLimits } from '../src/cpu/pattern-limits.js';
export type { Entry as JournalEntry } from '../src/journal/entry.js';
export type {
  Asked as JournalAsked,
  Journal,
  JournalLimits,
  JournalStats,
  Once as JournalOnce,
  OnceOptions as JournalOnceOptions,
  Pruned as JournalPruned,
} from '../src/journal/journal.js';
export type {
  Cassette,
  CassetteQuestion,
  CassetteSettings,
  Clean as CassetteClean,
} from '../src/journal/cassette/cassette.js';
export type { Hold as JournalHold } from '../src/journal/hold.js';
export type { Spend, SpendKey } from '../src/journal/spend.js';
export type { RecordedMessage, Recording } from '../src/journal/cassette/recording.js';
export type { Question as JournalQuestion } from '../src/journal/question-key.js';
export type { AnswerForm } from '../src/model/call/answer-form.js';
export type { EndedCall } from '../src/model/call/ended-call.js';
export type { OutputFormat } from '../src/model/call/output-format.js';
export type { ReadAnswer, Reading, WantedTurn } from '../src/model/call/read-answer.js';
export type { Fit } from '../src/model/call/schema-fit.js';
export type { ModelMessage } from '../src/model/call/message.js';
export type { WatchdogSettings } from '../src/model/call/watchdog.js';
export type { LayerQuestion, ModelLayer, Origin, Paid, Payer, Purse } from '../src/model/layer/question.js';
export type { CallAsk } from '../src/model/limiter/call.js';
export type { Clock as LimiterClock } from '../src/model/limiter/clock.js';
export type { Limiter } from '../src/model/limiter/limiter.js';
export type { Limiters } from '../src/model/limiter/limiters.js';
export type { CallOutcome, Permit } from '../src/model/limiter/permit.js';
export type { HeadersLike } from '../src/model/limiter/rate-headers.js';
export type { Bound as LimiterBound } from '../src/model/limiter/refusals.js';
export type { LimiterSettings } from '../src/model/limiter/settings.js';
export type { Roomy, Slot as LimiterSlot, Slots as LimiterSlots } from '../src/model/limiter/slots.js';
export type { Calls as LaneCalls, Seat as LaneSeat, Turns as LaneTurns } from '../src/model/limiter/turns.js';
export type { Secrets } from '../src/secrets/secrets.js';
export type { Grant } from '../src/tools/grants.js';
export type { McpServer } from '../src/tools/mcp-server.js';
export type { Runnable } from '../src/tools/tool-registry.js';
