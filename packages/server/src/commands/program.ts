import { Command, CommanderError } from 'commander';
import type { ConfigRequest } from '../config/load.ts';
import { check } from './check.ts';
import { type CommandIo, EXIT_CODES } from './command-io.ts';
import { addConfigOptions, flagsOf, normalizeBooleans } from './flag-options.ts';
import { inspect } from './inspect.ts';
import { runPluginCommand } from './plugin-command.ts';
import type { RecordWarmupFlags } from './record-warmup.ts';
import { showConfig } from './show-config.ts';

const EXAMPLES = `
Examples:
  servable serve                        serve what serving.config.* of this folder says
  servable serve ./models               serve every model under a folder, without a config
  servable dev                          the same, and start anew when code changes
  servable check                        tell every fault of the config and its models
  servable inspect ./models/mnist/1     show a model's signatures
  servable --port=8500 --rest_api_port=8501 --model_name=mnist --model_base_path=/models/mnist
`;

/**
 * Parses a command line and runs its command.
 *
 * @returns the exit code: 0, 1 when it failed, 2 when the command line is wrong
 */
export async function runProgram(argv: readonly string[], io: CommandIo, versionText: string): Promise<number> {
  let code: number = EXIT_CODES.ok;
  const program = buildProgram(argv, io, versionText, (result) => {
    code = result;
  });
  const [name, ...args] = argv;
  if (name !== undefined && !isKnown(name, program)) {
    const pluginCode = await runPluginCommand(name, args, io);
    if (pluginCode !== undefined) return pluginCode;
  }
  try {
    await program.parseAsync([...withCommand(normalizeBooleans(argv), program)], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    throw error;
  }
}

/** Whether a word is a command of ours, or a flag; any other may be a plugin's command. */
function isKnown(name: string, program: Command): boolean {
  return name.startsWith('-') || name === 'help' || program.commands.some((command) => command.name() === name);
}

/** A line of flags alone is TensorFlow Serving's way to serve. */
function withCommand(argv: readonly string[], program: Command): readonly string[] {
  const own = new Set(['-h', '--help', '-v', '--version', ...program.options.map(({ long }) => long)]);
  const [first] = argv;
  return first === undefined || !first.startsWith('-') || own.has(first) ? argv : ['serve', ...argv];
}

function buildProgram(argv: readonly string[], io: CommandIo, versionText: string, done: (code: number) => void): Command {
  const program = new Command('servable')
    .description("Serves machine learning models over TensorFlow Serving's REST and gRPC APIs.")
    .version(versionText, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: (text) => io.printError(text.trimEnd()) });

  configCommand(program, 'serve [folder]', 'serve models until SIGTERM or SIGINT').action(async (folder: string | undefined, _options, command: Command) => {
    // Listeners and loggers take most of the start: the other commands do without them.
    const { serve } = await import('./serve.ts');
    done(await serve(requestOf(command, io, folder), io));
  });
  configCommand(program, 'dev [folder]', 'serve, and start anew when code or the config changes').action(async () => {
    const { dev } = await import('./dev.ts');
    const [node, ...first] = io.ownCommand;
    done(await dev({ program: node, args: [...first, 'serve', ...argv.slice(argv.indexOf('dev') + 1)], cwd: io.cwd }, io));
  });
  configCommand(program, 'record-warmup [folder]', 'serve, and write warm-up files from the requests that come')
    .option('--output <folder>', 'gets <model>/tf_serving_warmup_requests', 'warmup')
    .option('--count <requests>', 'most requests for one model, each of another signature or shape', '100')
    .option('--sampling <rate>', 'which part of the requests is looked at', '1')
    .action(async (folder: string | undefined, recording: RecordWarmupFlags, command: Command) => {
      const { recordWarmup } = await import('./record-warmup.ts');
      done(await recordWarmup({ ...requestOf(command, io, folder), recording }, io));
    });
  configCommand(program, 'check [folder]', 'tell every fault of a config and its models')
    .option('--no-load', "look at the models' files without loading them")
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, { load, json }: { load: boolean; json?: true }, command: Command) => {
      done(await check({ ...requestOf(command, io, folder), isLoading: load, isJson: json === true }, io));
    });
  configCommand(program, 'inspect <model>', "show the signatures of a config's model, or of the one at a path")
    .option('--json', 'print JSON')
    .action(async (subject: string, { json }: { json?: true }, command: Command) => {
      done(await inspect({ ...requestOf(command, io), subject, isJson: json === true }, io));
    });
  configCommand(program, 'config [folder]', 'show every setting, and where its value came from')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, { json }: { json?: true }, command: Command) => {
      done(await showConfig({ ...requestOf(command, io, folder), isJson: json === true }, io));
    });
  return program;
}

function configCommand(program: Command, usage: string, summary: string): Command {
  return addConfigOptions(program.command(usage).description(summary)).option('--debug', 'show where an error came from');
}

function requestOf(command: Command, io: CommandIo, folder?: string): ConfigRequest {
  const { config } = command.opts<{ config?: string }>();
  return { cwd: io.cwd, env: io.env, file: config, folder, flags: flagsOf(command) };
}
