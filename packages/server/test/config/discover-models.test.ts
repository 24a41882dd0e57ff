import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { type ConfigReport, examineConfig } from '../../src/config/load.ts';
import { installedPackage, loaderSource, sourceSource, temporaryProject, twoPlugins } from '../temporary-project.ts';

interface Found {
  readonly cwd: string;
  readonly report: ConfigReport;
  readonly models: readonly string[];
  readonly faults: readonly string[];
}

async function discover(files: Record<string, string>, folder = 'models', plugins = twoPlugins()): Promise<Found> {
  const cwd = await temporaryProject({ ...plugins, ...files });
  const report = await examineConfig({ cwd, folder });
  const models = report.config?.models.map(({ name, path }) => `${name}=${path.slice(cwd.length + 1)}`) ?? [];
  return { cwd, report, models, faults: report.faults.map((fault) => formatFault(fault).replaceAll(`${cwd}/`, '')) };
}

it('serves every child that holds a version', async () => {
  const { models, report } = await discover({
    'models/a/1/m.acme': '',
    'models/b/1/old.txt': '',
    'models/b/00000012/m.acme': '',
    'models/.git/1/m.acme': '',
    'models/node_modules/1/m.acme': '',
    'models/notes.txt': '',
    'models/drafts/m.acme': '',
  });
  expect(models).toEqual(['a=models/a', 'b=models/b']);
  expect(report.modelsFrom).toBe('folder models');
  expect(report.pluginsFrom).toBe('dependencies in package.json');
  expect(report.notes).toEqual([expect.stringContaining('models/drafts is passed over: it holds no numbered version folder')]);
});

it('serves the folder itself when it holds the versions', async () => {
  expect((await discover({ 'models/mnist/3/m.acme': '' }, 'models/mnist')).models).toEqual(['mnist=models/mnist']);
});

it('passes over a child whose files nobody could serve', async () => {
  const { models, report } = await discover({ 'models/a/1/m.acme': '', 'models/reports/2024/may.txt': '' });
  expect(models).toEqual(['a=models/a']);
  expect(report.notes).toEqual([expect.stringContaining('models/reports is passed over')]);
});

it('finds the plugins in the package.json of a folder above', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'deep/er/models/a/1/m.acme': '' });
  const { config } = await examineConfig({ cwd: join(cwd, 'deep/er'), folder: 'models' });
  expect(config?.models.map(({ name }) => name)).toEqual(['a']);
});

describe('what cannot be served says what to do', () => {
  it('a folder that is one version', async () => {
    const { faults } = await discover({ 'models/mnist/1/m.acme': '' }, 'models/mnist/1');
    expect(faults).toEqual([expect.stringMatching(/^models\/mnist\/1 holds no model\. It is one version of a model: servable serve models\/mnist$/)]);
  });

  it('a folder with the files in it', async () => {
    const { faults } = await discover({ 'models/m.acme': '' });
    expect(faults).toEqual(['models holds no model. It is one version of a model: move its files to models/1, and servable serve '.concat(faults[0]?.split(' ').at(-1) ?? '')]);
    expect(faults[0]).toMatch(/servable serve \S*models$/);
  });

  it('a file', async () => {
    const { faults } = await discover({ 'model.onnx': '' }, 'model.onnx');
    expect(faults).toEqual([expect.stringMatching(/^model\.onnx is a file, and models are served from <model>\/<version>\/model\.onnx\. Give a folder/)]);
  });

  it('a folder that is not there', async () => {
    expect((await discover({})).faults).toEqual([expect.stringMatching(/^models cannot be read: ENOENT/)]);
  });

  it('an empty folder', async () => {
    expect((await discover({ 'models/': '' })).faults).toEqual([expect.stringMatching(/holds no model\. Expected is models\/<model>\/<version>/)]);
  });

  it('a known format without its plugin', async () => {
    const { faults } = await discover({ 'models/a/1/m.acme': '', 'models/b/1/model.onnx': '' });
    expect(faults).toEqual([expect.stringMatching(/^models\/b cannot be served: .* install a plugin that does, such as @servable\/loader-onnx$/)]);
  });

  it('no plugin at all', async () => {
    const { faults } = await discover({ 'models/b/1/saved_model.pb': '' }, 'models', { 'package.json': '{}' });
    expect(faults).toEqual([expect.stringContaining('@servable/loader-savedmodel')]);
  });

  it('a loader but no source', async () => {
    const plugins = {
      'package.json': JSON.stringify({ dependencies: { 'acme-loader': '1' } }),
      ...installedPackage('acme-loader', { source: loaderSource('acme', '.acme') }),
    };
    const { faults } = await discover({ 'models/a/1/m.acme': '' }, 'models', plugins);
    expect(faults).toEqual([expect.stringContaining('@servable/source-fs')]);
  });

  it('two loaders that claim one folder', async () => {
    const plugins = {
      'package.json': JSON.stringify({ dependencies: { one: '1', two: '1', source: '1', other: '1' } }),
      ...installedPackage('one', { source: loaderSource('first', '.acme') }),
      ...installedPackage('two', { source: loaderSource('second', '.acme') }),
      ...installedPackage('source', { source: sourceSource('source', ['file']) }),
      ...installedPackage('other', { source: 'throw new Error("never run")', keywords: ['something'] }),
    };
    const { faults } = await discover({ 'models/a/1/m.acme': '' }, 'models', plugins);
    expect(faults).toEqual([expect.stringMatching(/^models\/a cannot be served: .* is claimed by several loaders \(first, second\)/)]);
  });
});

it('refuses a folder beside model_base_path', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'models/a/1/m.acme': '' });
  const { faults } = await examineConfig({ cwd, folder: 'models', flags: { model_base_path: '/m' } });
  expect(faults.map(formatFault)).toEqual(['--model_base_path and the folder models both say what to serve. Give one of them']);
});
