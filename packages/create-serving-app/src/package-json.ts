import type { PackageManager } from './package-manager.ts';
import type { ProjectPlan } from './project-plan.ts';

/** Versions of what templates need beside packages of ours. */
const TOOLS = { '@types/node': '^24.0.0', jiti: '^2.7.0', typescript: '^5.9.3' } as const;

/** The package.json of a project, as text. */
export function packageJson(plan: ProjectPlan): string {
  const content = plan.template.kind === 'app' ? appPackage(plan) : pluginPackage(plan);
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function appPackage(plan: ProjectPlan): object {
  const { name, template, isJavascript } = plan;
  return {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      dev: 'servable dev',
      build: isJavascript ? 'servable check --no-load' : 'tsc',
      start: 'servable serve',
      test: testCommand('test/app.test', isJavascript),
      check: 'servable check',
    },
    dependencies: versions(plan, template.packages),
    ...(isJavascript ? {} : { devDependencies: TOOLS }),
    ...installSettings(plan.packageManager),
  };
}

function pluginPackage(plan: ProjectPlan): object {
  const { name, template, isJavascript } = plan;
  const built = isJavascript ? { default: './src/index.js' } : { types: './dist/index.d.ts', default: './dist/index.js' };
  const kind = template.name === 'plugin-loader' ? 'servable-loader' : 'servable-source';
  return {
    name,
    version: '0.0.0',
    type: 'module',
    keywords: ['servable-plugin', kind],
    engines: { node: '>=20.19' },
    files: isJavascript ? ['src'] : ['dist', 'src'],
    exports: { '.': built, './package.json': './package.json' },
    scripts: {
      dev: 'servable dev --config example/serving.config.' + (isJavascript ? 'js' : 'ts'),
      build: isJavascript ? 'node --check src/index.js' : 'tsc',
      start: 'servable serve --config example/serving.config.' + (isJavascript ? 'js' : 'ts'),
      test: testCommand('test/plugin.test', isJavascript),
      check: 'servable check --config example/serving.config.' + (isJavascript ? 'js' : 'ts'),
      ...(isJavascript ? {} : { prepack: 'tsc' }),
    },
    peerDependencies: { '@servable/core': '>=0.1.0 <1.0.0' },
    devDependencies: { ...versions(plan, template.devPackages), ...(isJavascript ? {} : TOOLS) },
    ...installSettings(plan.packageManager),
  };
}

/** Node 20 runs no TypeScript by itself. */
function testCommand(file: string, isJavascript: boolean): string {
  return isJavascript ? `node --test ${file}.js` : `node --import jiti/register --test ${file}.ts`;
}

function versions({ version }: ProjectPlan, packages: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(packages.toSorted().map((each) => [`@servable/${each}`, `^${version}`]));
}

/** ONNX Runtime's install step would download CUDA libraries. */
function installSettings({ name }: PackageManager): object {
  const allowScripts = { 'onnxruntime-node': false };
  if (name === 'pnpm') return { allowScripts, pnpm: { ignoredBuiltDependencies: ['onnxruntime-node', 'protobufjs'] } };
  if (name === 'yarn') return { allowScripts, dependenciesMeta: { 'onnxruntime-node': { built: false } } };
  return { allowScripts };
}
