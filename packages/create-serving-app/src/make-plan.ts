import { resolve } from 'node:path';
import type { CliOptions } from './cli-options.ts';
import type { Io } from './io.ts';
import { detectPackageManager, PACKAGE_MANAGER_NAMES, packageManager, type PackageManagerName } from './package-manager.ts';
import { nameFault, projectName } from './project-name.ts';
import type { ProjectPlan } from './project-plan.ts';
import { type TemplateName, TEMPLATE_NAMES, templateOf, TEMPLATES } from './templates.ts';
import { UserError } from './user-error.ts';
import { checkDirectory } from './write-project.ts';

const DEFAULT_DIRECTORY = 'serving-app';
const DEFAULT_TEMPLATE: TemplateName = 'minimal';

/** Decides what is made: from the command line, else by asking, else by default. @throws UserError */
export async function makePlan(options: CliOptions, io: Io, version: string): Promise<ProjectPlan> {
  const ask = options.interactive && io.canAsk ? io.ask : undefined;
  // What was said is looked at before anything is asked.
  if (options.template !== undefined) parseTemplate(options.template);
  const fault = options.directory === undefined ? undefined : nameFault(projectName(options.directory, io.cwd));
  if (fault !== undefined) throw new UserError(fault);
  if (options.directory !== undefined) await checkDirectory(resolve(io.cwd, options.directory), options.overwrite);

  const directory = options.directory ?? (await ask?.directory(DEFAULT_DIRECTORY, (text) => nameFault(projectName(text, io.cwd)))) ?? DEFAULT_DIRECTORY;
  await checkDirectory(resolve(io.cwd, directory), options.overwrite);
  const template = parseTemplate(options.template ?? (await ask?.template(TEMPLATES, DEFAULT_TEMPLATE)) ?? DEFAULT_TEMPLATE);
  const detected = detectPackageManager(io.env['npm_config_user_agent']);
  const manager: PackageManagerName = options.pm ?? (await ask?.packageManager(PACKAGE_MANAGER_NAMES, detected)) ?? detected;
  const installs = options.install ?? (await ask?.install(manager)) ?? true;
  return {
    directory: resolve(io.cwd, directory),
    name: projectName(directory, io.cwd),
    template: templateOf(template),
    packageManager: packageManager(manager),
    isJavascript: options.js,
    installs,
    initializesGit: options.git,
    overwrites: options.overwrite,
    hasDocker: options.docker,
    hasK8s: options.k8s,
    hasAgentsMd: options.agentsMd,
    version,
  };
}

function parseTemplate(name: string): TemplateName {
  const found = TEMPLATE_NAMES.find((each) => each === name);
  if (found === undefined) throw new UserError(`there is no template '${name}': choose one of ${TEMPLATE_NAMES.join(', ')}`);
  return found;
}
