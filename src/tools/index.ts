export { jsonSchemaOf, loadTools } from './load-tools.js';
export { McpServers } from './mcp-servers.js';
export type { McpServer, McpTool } from './mcp-servers.js';
export { ToolRegistry } from './tool-registry.js';
