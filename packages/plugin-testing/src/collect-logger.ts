import type { Logger } from '@servable/core';

/** How serious a line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line that was logged. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly fields: object;
  readonly message: string;
}

/** A logger that keeps what it gets. */
export interface CollectingLogger extends Logger {
  /** All lines so far, oldest first; grows while you hold it. */
  readonly entries: readonly LogEntry[];
  /** The messages of one level, oldest first; a copy. */
  messages(level: LogLevel): readonly string[];
}

/** Makes a logger that keeps every line in memory and prints none. */
export function collectLogger(): CollectingLogger {
  const entries: LogEntry[] = [];
  const keep = (level: LogLevel) => (fields: object, message: string): void => {
    entries.push({ level, fields, message });
  };
  return {
    entries,
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    messages: (level) => entries.filter((entry) => entry.level === level).map((entry) => entry.message),
  };
}
