import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { examineConfig, loadConfig } from '../../src/config/load.ts';
import type { ResolvedModel } from '../../src/config/resolved-config.ts';
import { temporaryProject, twoPlugins } from '../temporary-project.ts';

const list = (...configs: readonly string[]): string => `model_config_list {\n${configs.map((config) => `  config { ${config} }\n`).join('')}}\n`;
const model = (rest = ''): string => `name: "m" base_path: "/models/m" model_platform: "acme" ${rest}`;

async function modelsOf(text: string, flags: Record<string, string> = {}): Promise<readonly ResolvedModel[]> {
  const cwd = await temporaryProject({ ...twoPlugins(), 'deploy/models.config': text });
  return (await loadConfig({ cwd, flags: { model_config_file: 'deploy/models.config', ...flags } })).config.models.map((each) => ({
    ...each,
    path: each.path.replace(cwd, ''),
  }));
}

async function faultsOf(text: string, flags: Record<string, string> = {}): Promise<readonly string[]> {
  const cwd = await temporaryProject({ ...twoPlugins(), 'models.config': text });
  return (await examineConfig({ cwd, flags: { model_config_file: 'models.config', ...flags } })).faults.map(formatFault);
}

describe('a models.config', () => {
  it('lists models with policies and labels', async () => {
    const text = `# the models
model_config_list: <
  config: { name: 'a' base_path: "/models/a", model_platform: "acme" }
  config { name: "b" base_path: "acme://bucket/b" model_platform: "acme-alias" model_version_policy { latest { num_versions: 2 } } }
  config { name: "c" base_path: "/models/c" model_platform: "acme" model_version_policy { all {} } version_labels { key: "stable" value: 9223372036854775807 } }
  config { name: "d" base_path: "/models/d" model_platform: "acme" model_version_policy { specific { versions: 3 versions: [4, 0x5] } } }
>`;
    expect(await modelsOf(text)).toMatchObject([
      { name: 'a', path: '/models/a', platform: 'acme', versions: { kind: 'latest', count: 1 }, labels: new Map(), logging: undefined },
      { name: 'b', path: 'acme://bucket/b', platform: 'acme-alias', versions: { kind: 'latest', count: 2 } },
      { name: 'c', versions: { kind: 'all' }, labels: new Map([['stable', 2n ** 63n - 1n]]) },
      { name: 'd', versions: { kind: 'specific', versions: [3n, 4n, 5n] } },
    ]);
  });

  it.each(['', 'model_config_list {}'])('may list nothing: %j', async (text) => {
    expect(await modelsOf(text)).toEqual([]);
  });

  it('counts a latest policy below 1 as 1, and takes an empty specific one', async () => {
    const [first] = await modelsOf(list(model('model_version_policy { latest { num_versions: 0 } }')));
    expect(first?.versions).toEqual({ kind: 'latest', count: 1 });
    const [second] = await modelsOf(list(model('model_version_policy { specific {} }')));
    expect(second?.versions).toEqual({ kind: 'specific', versions: [] });
  });

  it('may label versions that its policy does not name: they may be served already', async () => {
    const [first] = await modelsOf(list(model('model_version_policy { specific { versions: 3 } } version_labels { key: "old" value: 2 }')));
    expect(first?.labels).toEqual(new Map([['old', 2n]]));
  });

  it('takes over how requests are logged', async () => {
    const [first] = await modelsOf(list(model('logging_config { log_collector_config { type: "" filename_prefix: "/logs/m" } sampling_config { sampling_rate: 0.5 } }')));
    expect(first?.logging).toMatchObject({ collector: 'tfrecord', prefix: '/logs/m', samplingRate: 0.5 });
    const perTask = 'per_task_sampling_configs { dc: "elsewhere" sampling_rate: 0.9 } per_task_sampling_configs { sampling_rate: 0.25 }';
    const [second] = await modelsOf(list(model(`logging_config { log_collector_config { type: "acme" filename_prefix: "l" } sampling_config { sampling_rate: 0.5 ${perTask} } }`)));
    expect(second?.logging).toMatchObject({ collector: 'acme', prefix: expect.stringMatching(/\/deploy\/l$/), samplingRate: 0.25 });
    const [third] = await modelsOf(list(model('logging_config {}')));
    expect(third?.logging?.samplingRate).toBe(0);
  });

  it('leaves the platform to the files, and takes base paths from its own folder', async () => {
    expect(await modelsOf(list('name: "m" base_path: "m"'))).toMatchObject([{ platform: undefined, path: '/deploy/m' }]);
  });

  it('wins over the flags of one model', async () => {
    expect(await modelsOf(list(model()), { model_name: 'x', model_base_path: '/x' })).toMatchObject([{ name: 'm' }]);
  });
});

describe('a models.config that is wrong is told with place, value and cure:', () => {
  it.each<[string, string, string]>([
    ['no text format', '{"models": []}', `models.config:1:1: Expected a field's name but found: '{'. Mend the text, or compare it with docs/tensorflow-serving.md`],
    ['an unknown field', list('nam: "m"'), `models.config:2:12: Message type "tensorflow.serving.ModelConfig" has no field named "nam". Did you mean 'name'?`],
    ['a value of another type', list('name: "m" base_path: 3'), `models.config:2:33: Expected string but found: '3'. Write base_path: "text"`],
    ['a number that does not fit', list(model('model_version_policy { specific { versions: 9223372036854775808 } }')), `models.config:2:112: Value out of range: 9223372036854775808 is not between -9223372036854775808 and 9223372036854775807. Write versions: 1`],
    ['an unknown enum value', list('model_type: TENSORFLO'), `models.config:2:24: Enum type "tensorflow.serving.ModelType" has no value named TENSORFLO. Did you mean 'TENSORFLOW'?`],
    ['a brace that is not closed', 'model_config_list {\n  config {', 'models.config:2:10: Expected "}". Mend the text, or compare it with docs/tensorflow-serving.md'],
    ['a name twice', list(model(), model()), `models.config:3:18: model_config_list.config[1].name is 'm': Illegal to list model m multiple times in config list. Give each model its own name`],
    ['no name', list('base_path: "/m"'), `models.config:2:10: model_config_list.config[0].name is '': must be text that is not empty. Write name: "mnist"`],
    ['no base path', list('name: "m"'), `models.config:2:10: model_config_list.config[0].base_path is '': Expected model m to have an absolute path or URI; got base_path()=. Give an absolute path, such as /models/m`],
    ['platform and type', list(model('model_type: TENSORFLOW')), `models.config:2:61: model_config_list.config[0].model_platform is 'acme': Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform, model name is m. Remove model_type`],
    ['type OTHER', list('name: "m" base_path: "/m" model_type: OTHER'), `models.config:2:50: model_config_list.config[0].model_type is 2: ModelServerConfig::model_type choice 2 not supported. Write model_platform instead, such as model_platform: "tensorflow"`],
    ['an unknown platform', list('name: "m" base_path: "/m" model_platform: "acne"'), `models.config:2:54: model_config_list.config[0].model_platform is 'acne': Model m requests unsupported platform acne. Did you mean 'acme'?`],
    ['an unknown scheme', list('name: "m" base_path: "gs://b/m" model_platform: "acme"'), `models.config:2:33: model_config_list.config[0].base_path is 'gs://b/m': no plugin finds versions there. Install @servable/source-gcs and list it in plugins`],
    ['a custom config', 'custom_model_config {}', 'models.config:1:21: custom_model_config is not supported: there is nothing that would read it. List the models in model_config_list'],
  ])('%s', async (_what, text, expected) => {
    expect(await faultsOf(text)).toEqual([expected]);
  });

  it('a file that is not there', async () => {
    const cwd = await temporaryProject(twoPlugins());
    const { faults } = await examineConfig({ cwd, flags: { model_config_file: 'no/models.config' } });
    expect(faults.map(formatFault)).toEqual([
      expect.stringMatching(/^--model_config_file is 'no\/models\.config': cannot be read: ENOENT.*\. Name a text file that this process may read$/),
    ]);
  });

  it('a folder beside it', async () => {
    const cwd = await temporaryProject({ ...twoPlugins(), 'models.config': '' });
    const { faults } = await examineConfig({ cwd, folder: 'models', flags: { model_config_file: 'models.config' } });
    expect(faults.map(formatFault)).toEqual(['--model_config_file and the folder models both say what to serve. Give one of them']);
  });
});

describe('with compat strict', () => {
  it.each<[string, string, string]>([
    ['a relative base path', list('name: "m" base_path: "models/m" model_platform: "acme"'), 'Expected model m to have an absolute path or URI; got base_path()=models/m'],
    ['no platform', list('name: "m" base_path: "/m"'), 'Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform, model name is m'],
  ])('%s is refused', async (_what, text, expected) => {
    expect(await faultsOf(text)).toEqual([]);
    expect(await faultsOf(text, { compat: 'strict' })).toEqual([expect.stringContaining(expected)]);
  });

  it('a relative base path of the flag is refused', async () => {
    const cwd = await temporaryProject(twoPlugins());
    const { faults } = await examineConfig({ cwd, flags: { model_base_path: 'models/m', compat: 'strict' } });
    expect(faults.map(formatFault)).toEqual([
      "--model_base_path is 'models/m': Expected model default to have an absolute path or URI; got base_path()=models/m. Give an absolute path, such as /models/default",
    ]);
  });
});
