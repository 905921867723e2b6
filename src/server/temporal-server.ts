import type { TLSConfig } from '@temporalio/client';

/** What both `Connection.connect` and `NativeConnection.connect` take. */
export interface ServerConnectionOptions {
  address: string;
  tls?: TLSConfig | boolean | null;
  apiKey?: string;
  metadata?: Record<string, string>;
}

export type ServerKind = 'configured' | 'default-port' | 'embedded';

/** A Temporal server that answered. */
export interface TemporalServer {
  kind: ServerKind;
  /** `host:port`. */
  address: string;
  namespace: string;
  /** May hold an API key: never to be logged. */
  connectionOptions: ServerConnectionOptions;
  /** Root of its Web UI, without a slash at the end; null when not known. */
  uiUrl: string | null;
  /** Version of the server, such as `1.32.0`; undefined when it does not say. */
  version?: string;
  /** Of an embedded one: whether its namespace is prepared, so that no command has to see to it. */
  prepared?: boolean;
}
