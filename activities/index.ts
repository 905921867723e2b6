export { createActivities } from './create-activities.js';
export type { ActivitiesSettings } from './settings.js';
export type { ModelApi } from '../src/model/call/client.js';
export type { Policy, PolicyRules } from '../src/tools/index.js';
