import { Command, Option } from 'commander';
import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from './package-manager.ts';
import { TEMPLATE_NAMES, TEMPLATES } from './templates.ts';
import { UserError } from './user-error.ts';

/** What a command line says; `undefined` is left open. */
export interface CliOptions {
  readonly directory: string | undefined;
  readonly template: string | undefined;
  readonly pm: PackageManagerName | undefined;
  readonly install: boolean | undefined;
  readonly git: boolean;
  readonly overwrite: boolean;
  readonly dryRun: boolean;
  readonly docker: boolean;
  readonly k8s: boolean;
  readonly agentsMd: boolean;
  readonly js: boolean;
  /** Whether questions may be asked. */
  readonly interactive: boolean;
}

/** What ends a run before it began: help, or the version. */
export interface Said {
  readonly text: string;
}

/** As commander has them: what was not said and has no default is not there. */
interface GivenOptions {
  readonly template?: string;
  readonly pm?: PackageManagerName;
  readonly install?: boolean;
  readonly git: boolean;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
  readonly docker: boolean;
  readonly k8s?: boolean;
  readonly agentsMd: boolean;
  readonly js?: boolean;
  readonly yes?: boolean;
  readonly interactive: boolean;
}

const TEMPLATE_LINES = TEMPLATES.map(({ name, summary }) => `  ${name.padEnd(15)}${summary}`).join('\n');
const HELP = `
Templates:
${TEMPLATE_LINES}

Examples:
  npm create serving-app@latest
  npm create serving-app@latest my-models -- --template onnx --yes
  pnpm create serving-app my-loader --template plugin-loader
`;

/** Parses a command line. @throws UserError */
export function parseCommandLine(argv: readonly string[], version: string): CliOptions | Said {
  let said = '';
  const command = new Command('create-serving-app')
    .description('Makes a model server, or a plugin for one.')
    .argument('[dir]', 'where it goes; its last part is its name')
    .option('-t, --template <name>', `one of ${TEMPLATE_NAMES.join(', ')}`)
    .addOption(new Option('--pm <name>', 'package manager (default: the one that runs this)').choices(PACKAGE_MANAGER_NAMES))
    .option('--install', 'install its dependencies (default: yes)')
    .option('--no-install', 'leave that to you')
    .option('--git', 'make a git repository', true)
    .option('--no-git', 'make no git repository')
    .option('--overwrite', 'replace files of the same names in a directory that is not empty')
    .option('--dry-run', 'say which files would be written, and write none')
    .option('--docker', 'a Dockerfile', true)
    .option('--no-docker', 'no Dockerfile')
    .option('--k8s', 'a Kubernetes deployment and service')
    .option('--agents-md', 'an AGENTS.md', true)
    .option('--no-agents-md', 'no AGENTS.md')
    .option('--js', 'JavaScript instead of TypeScript')
    .option('-y, --yes', 'ask nothing: take defaults')
    .option('--no-interactive', 'ask nothing: what has no default must be given')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => (said += text), writeErr: () => {} });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    const { exitCode, message } = error as { readonly exitCode?: number; readonly message: string };
    if (exitCode === 0) return { text: said.trimEnd() };
    throw new UserError(message.replace(/^error: /, '').split('\n').join(' '));
  }
  const options = command.opts<GivenOptions>();
  return {
    directory: command.args[0],
    template: options.template,
    pm: options.pm,
    install: options.install,
    git: options.git,
    overwrite: options.overwrite ?? false,
    dryRun: options.dryRun ?? false,
    docker: options.docker,
    k8s: options.k8s ?? false,
    agentsMd: options.agentsMd,
    js: options.js ?? false,
    interactive: options.interactive && options.yes !== true,
  };
}
