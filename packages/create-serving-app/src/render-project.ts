import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageJson } from './package-json.ts';
import type { ProjectPlan } from './project-plan.ts';

/** Contents by path, with `/` between its parts. */
export type ProjectFiles = ReadonlyMap<string, Uint8Array>;

const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url));
const JAVASCRIPT = fileURLToPath(new URL('../templates-js/', import.meta.url));
const TEXT = /\.(?:[cm]?[jt]s|json|jsonl|md|csv|ya?ml)$|(?:^|\/)(?:Dockerfile|_[a-z]+ignore)$/;

/** Makes every file of a project, in memory. Nothing is written. */
export async function renderProject(plan: ProjectPlan): Promise<ProjectFiles> {
  const { template, isJavascript, hasDocker, hasK8s, hasAgentsMd, packageManager } = plan;
  const isApp = template.kind === 'app';
  const folders = [isApp ? 'common-app' : 'common-plugin', ...(hasDocker && isApp ? ['docker'] : []), ...(hasK8s && isApp ? ['k8s'] : []), template.name];
  const files = new Map<string, Uint8Array>([['package.json', Buffer.from(packageJson(plan))]]);
  for (const folder of folders) for (const [name, content] of await readTemplate(folder, plan)) files.set(name, content);
  for (const [target, model] of Object.entries(template.models)) for (const [name, content] of await readModel(target, model)) files.set(name, content);
  if (isJavascript) files.delete('tsconfig.json');
  if (!hasAgentsMd) files.delete('AGENTS.md');
  if (packageManager.name === 'yarn') files.set('.yarnrc.yml', Buffer.from('nodeLinker: node-modules\n'));
  return files;
}

async function readTemplate(folder: string, plan: ProjectPlan): Promise<ReadonlyMap<string, Uint8Array>> {
  const read = await readFolder(join(TEMPLATES, folder));
  const scripts = plan.isJavascript ? await readFolder(join(JAVASCRIPT, folder)) : new Map<string, Buffer>();
  const chosen = plan.isJavascript ? [...Array.from(read).filter(([name]) => !name.endsWith('.ts')), ...scripts] : [...read];
  return new Map(chosen.map(([name, content]) => [targetName(name), TEXT.test(name) ? fill(content, plan) : content]));
}

/** npm leaves `.gitignore` out of packages, so templates call it `_gitignore`. */
function targetName(name: string): string {
  return name.replace(/(^|\/)_([a-z]+ignore)$/, '$1.$2');
}

function fill(content: Buffer, plan: ProjectPlan): Buffer {
  const values = valuesOf(plan);
  return Buffer.from(content.toString('utf8').replaceAll(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole));
}

function valuesOf({ name, isJavascript, packageManager: { run, exec, installProduction } }: ProjectPlan): Readonly<Record<string, string>> {
  const ext = isJavascript ? 'js' : 'ts';
  const commands = `| command | what it does |
|---|---|
| \`${run} dev\` | serves, and starts anew when code or the config changes |
| \`${run} test\` | runs the tests in \`test/\` |
| \`${run} build\` | ${isJavascript ? 'looks at the code without running it' : 'checks and compiles types'} |
| \`${run} check\` | tells every fault of the config and its models |
| \`${run} start\` | serves |

REST is on port 8501, gRPC on 8500.`;
  return { name, ext, run, exec, installProduction, commands };
}

async function readModel(target: string, model: string): Promise<readonly (readonly [string, Uint8Array])[]> {
  const source = join(TEMPLATES, 'models', model);
  if (!target.endsWith('/')) return [[target, await readFile(source)]];
  return Array.from(await readFolder(source), ([name, content]) => [`${target}${name}`, content] as const);
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + (folder.endsWith('/') ? 0 : 1)));
  const read = await Promise.all(names.sort().map(async (name) => [name.replaceAll('\\', '/'), await readFile(join(folder, name))] as const));
  return new Map(read);
}
