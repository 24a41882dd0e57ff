import type { Logger } from '@servable/core';
import type { ResolvedConfig } from '../config/resolved-config.ts';

/** Everything a command may touch of the process; `cli.ts` gives the real one. */
export interface CommandIo {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What started this command, without its arguments: Node and the script. */
  readonly ownCommand: readonly [program: string, ...args: string[]];
  /** How wide standard error is when it is a terminal, where a line can be rewritten; else `undefined`. */
  readonly terminalColumns: number | undefined;
  /** A line of the command's own output. */
  print(text: string): void;
  /** A line for people beside the output: errors, notes. */
  printError(text: string): void;
  /** Text on standard error as it is, for a line that is rewritten. */
  writeError(text: string): void;
  /** Makes the server's logger; its lines go through `write` where one is given. */
  createLogger(options: ResolvedConfig['log'], write?: (text: string) => void): Logger;
  /** Calls back at each SIGTERM and SIGINT until the returned function is called. */
  onStopSignal(listener: () => void): () => void;
  /** Calls back at each SIGHUP until the returned function is called. */
  onReloadSignal(listener: () => void): () => void;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Ends the process without waiting for anything. */
  exitNow(code: number): void;
}

/** What a command resolves to. */
export const EXIT_CODES: {
  readonly ok: 0;
  readonly failed: 1;
  readonly usage: 2;
  /** As TensorFlow Serving ends when a model of its config does not load. */
  readonly tensorflowFailed: 255;
  /** After a second signal, as shells count it. */
  readonly interrupted: 130;
} = { ok: 0, failed: 1, usage: 2, tensorflowFailed: 255, interrupted: 130 };
