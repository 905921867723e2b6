export { addressOf, grantsOfSource, grantsOfTool, headerVariables, isReserved, realFolder } from './grants.js';
export { jsonSchemaOf, loadTools } from './load-tools.js';
export type { ModuleTool } from './load-tools.js';
export { McpServers } from './mcp-servers.js';
export type { McpTool } from './mcp-servers.js';
export type { McpServer } from './mcp-server.js';
export { homePolicy, isHost, isOrigin, rulesPolicy, runnablesOf } from './policy.js';
export type { Policy, PolicyRules } from './policy.js';
export { digestOf, ToolRegistry } from './tool-registry.js';
