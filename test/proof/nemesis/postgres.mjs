export class PostgresServer { static async start() { throw new Error('todo'); } }
