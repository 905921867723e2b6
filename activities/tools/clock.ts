import { toolFailure } from './tool-failure.js';

/** @throws ApplicationFailure `ToolFailed` where there is no such time zone */
export function currentTime(timezone: string, now = new Date()): { utc: string; local: string; timezone: string } {
  try {
    const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone: timezone }).format(
      now,
    );
    return { utc: now.toISOString(), local, timezone };
  } catch {
    throw toolFailure(`Expected a time zone such as Europe/Oslo, got \`${timezone}\`.`);
  }
}
