import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { messageOf, PLUGIN_API_VERSION, ServingError } from '@servable/core';
import { type CommandIo, EXIT_CODES } from './commands/command-io.ts';
import { runProgram } from './commands/program.ts';
import { createLogger } from './logging.ts';

/**
 * Runs the command `servable`.
 *
 * @param argv - the command line without Node and the script
 * @param io - default: this process
 * @returns the exit code: 0; 1 when the command failed; 2 when the command line is wrong
 */
export async function main(argv: readonly string[], io: CommandIo = processIo()): Promise<number> {
  const isDebug = argv.includes('--debug');
  try {
    return await runProgram(argv, io, await versionText());
  } catch (error) {
    io.printError(errorText(error, isDebug));
    return isUsageFault(error) ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

/** A fault of ours is told in its own words; anything else is a bug, whose place only `--debug` shows. */
function errorText(error: unknown, isDebug: boolean): string {
  if (isDebug && error instanceof Error) return `error: ${error.stack ?? error.message}`;
  if (ServingError.is(error)) return error.message.split('\n').map((line) => `error: ${line}`).join('\n');
  return `error: ${messageOf(error)} (run again with --debug to see where it comes from)`;
}

/** Whether the command line is all that is wrong. */
function isUsageFault(error: unknown): boolean {
  if (!ServingError.is(error)) return false;
  const [faults] = error.args;
  if (error.code !== 'SRV_CONFIG_INVALID' || !Array.isArray(faults)) return error.code === 'SRV_USAGE';
  return faults.every((fault: { readonly path: string }) => fault.path.startsWith('--'));
}

async function versionText(): Promise<string> {
  const content: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const version = typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : 'unknown';
  return `servable ${version} (plugin API ${PLUGIN_API_VERSION}, Node ${process.version})`;
}

function processIo(): CommandIo {
  // A reader that went away (`servable config | head`) must not end a server with an uncaught error.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return {
    cwd: process.cwd(),
    env: process.env,
    ownCommand: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    // Some terminals say 0.
    terminalColumns: process.stderr.isTTY ? process.stderr.columns || 80 : undefined,
    print: (text) => void process.stdout.write(`${text}\n`),
    printError: (text) => void process.stderr.write(`${text}\n`),
    writeError: (text) => void process.stderr.write(text),
    createLogger: (options, write) => createLogger(options, write === undefined ? undefined : writableOf(write)),
    onStopSignal(listener) {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, listener);
      return () => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, listener);
      };
    },
    onReloadSignal(listener) {
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
    now: () => performance.now(),
    exitNow: (code) => process.exit(code),
  };
}

function writableOf(write: (text: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk.toString());
      done();
    },
  });
}
