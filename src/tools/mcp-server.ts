/** An MCP server: one that is started, or one that is there already. `${NAME}` is read from the environment of whoever connects. */
export type McpServer = {
  /** The server's name: its key in the file of servers. Its address and its command are not shown. */ name?: string;
} & (
  | { command: string; args?: string[]; env?: Record<string, string>; cwd?: string }
  /** Without `type`, a server that does not speak streamable HTTP is tried with the older SSE. */
  | { url: string; type?: 'http' | 'sse'; headers?: Record<string, string> }
);
