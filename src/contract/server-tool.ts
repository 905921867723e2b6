/** A tool that the API runs itself, inside of a call: the model has its results at once, and no worker sees the call. */
export type ServerTool =
  | {
      name: 'web_search';
      /** Most searches of one call of the model; 5 by default. */
      maxUses?: number;
      /** The only hosts of results, with or without a path: `example.com`, `example.com/docs`. Any by default. */
      allowedDomains?: readonly string[];
    }
  | { name: 'code_execution' };

export const serverToolNames = ['web_search', 'code_execution'] as const satisfies readonly ServerTool['name'][];
