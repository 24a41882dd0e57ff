import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Io } from './io.ts';
import type { ProjectPlan } from './project-plan.ts';
import { renderProject } from './render-project.ts';
import { UserError } from './user-error.ts';
import { writeProject } from './write-project.ts';

/** Makes a project as planned. @throws UserError */
export async function createProject(plan: ProjectPlan, io: Io): Promise<void> {
  await writeProject(plan.directory, await renderProject(plan));
  if (plan.initializesGit) await initializeGit(plan, io);
  if (plan.installs) await install(plan, io);
  io.print(nextSteps(plan, io.cwd));
}

/** The files that would be written, one a line. */
export async function describeProject(plan: ProjectPlan): Promise<string> {
  const files = await renderProject(plan);
  return [`Would write to ${plan.directory}:`, ...[...files.keys()].sort().map((name) => `  ${name}`)].join('\n');
}

/** Without git, or inside of a repository, there is nothing to do. */
async function initializeGit({ directory }: ProjectPlan, io: Io): Promise<void> {
  if (existsSync(join(directory, '.git'))) return;
  if ((await io.run('git', ['rev-parse', '--is-inside-work-tree'], directory)) === 0) return;
  await io.run('git', ['init', '--quiet'], directory);
}

async function install({ directory, packageManager }: ProjectPlan, io: Io): Promise<void> {
  const [program, ...args] = packageManager.install;
  const code = await io.run(program, args, directory);
  if (code === 0) return;
  const why = code === 127 ? `there is no ${program} on this machine` : `${program} ended with ${code}`;
  throw new UserError(`the project is written, but its dependencies are not installed: ${why}. Run ${[program, ...args].join(' ')} in ${directory}`);
}

function nextSteps({ directory, packageManager, installs }: ProjectPlan, cwd: string): string {
  const [program] = packageManager.install;
  const path = relative(cwd, directory);
  const steps = [...(path === '' ? [] : [`cd ${path}`]), ...(installs ? [] : [`${program} install`]), `${packageManager.run} dev`];
  return `\nDone. Now run:\n\n${steps.map((step) => `  ${step}`).join('\n')}\n\nREADME.md says what to ask it.`;
}
