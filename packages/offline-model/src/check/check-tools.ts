import { invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';
import type { ModelFacts } from '../models.js';

const choices = ['auto', 'any', 'tool', 'none'];

/** @throws ApiFailure 400 */
export function checkTools(tools: readonly unknown[], choice: unknown, model: ModelFacts): void {
  const names = tools.map((tool, index) => checkTool(tool, `tools.${index}`));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidRequest(`tools: Tool names must be unique, got ${twice} twice`);
  if (choice !== undefined) checkChoice(choice, names, model);
}

function checkTool(tool: unknown, at: string): string {
  if (!isObject(tool)) throw invalidRequest(`${at}: Input should be a valid dictionary`);
  const { name, type, input_schema: schema } = tool;
  if (typeof name !== 'string' || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    throw invalidRequest(`${at}.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  }
  const custom = type === undefined || type === null || type === 'custom';
  if (custom && (!isObject(schema) || schema['type'] !== 'object'))
    throw invalidRequest(`${at}.input_schema.type: Input should be 'object'`);
  return name;
}

function checkChoice(choice: unknown, names: readonly string[], model: ModelFacts): void {
  const type = isObject(choice) ? choice['type'] : undefined;
  if (!isObject(choice) || typeof type !== 'string' || !choices.includes(type)) {
    throw invalidRequest(`tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'`);
  }
  if (type === 'none') return;
  if (names.length === 0) throw invalidRequest('tool_choice may only be specified while providing tools');
  if (type === 'auto') return;
  if (model.refusesForcedTools)
    throw invalidRequest(`tool_choice: type "${type}" is not supported by ${model.id}; use "auto"`);
  if (type === 'tool' && !names.includes(String(choice['name'])))
    throw invalidRequest(`tool_choice: tool ${JSON.stringify(choice['name'])} not found in provided tools`);
}
