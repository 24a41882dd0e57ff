import { expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { examineConfig, loadConfig } from '../../src/config/load.ts';
import type { ResolvedConfig } from '../../src/config/resolved-config.ts';
import { temporaryProject, twoPlugins } from '../temporary-project.ts';

type Flags = Readonly<Record<string, string>>;

async function configOf(flags: Flags, files: Record<string, string> = {}): Promise<ResolvedConfig> {
  const cwd = await temporaryProject({ ...twoPlugins(), ...files });
  return (await loadConfig({ cwd, flags: { model_base_path: '/models/m', ...flags } })).config;
}

// The first is TensorFlow Serving's own `monitoring_config.txt`.
it.each([
  ['prometheus_config {\n  enable: true,\n  path: "/monitoring/prometheus/metrics"\n}\n', '/monitoring/prometheus/metrics'],
  ['prometheus_config { enable: true }', '/monitoring/prometheus/metrics'],
  ['prometheus_config { enable: true path: "/m" }', '/m'],
  ['prometheus_config { path: "/m" }', undefined],
  ['', undefined],
])('%j: metrics at %s', async (text, tensorflowPath) => {
  const { metrics } = await configOf({ monitoring_config_file: 'monitoring.config' }, { 'monitoring.config': text });
  expect(metrics).toEqual({ enabled: true, tensorflowPath });
});

it.each([
  ['prometheus_config { enable: maybe }', 'monitoring.config:1:29: '],
  ['prometheus_config { enabled: true }', 'monitoring.config:1:21: '],
  ['prometheus_config { enable: true path: "m" }', "--monitoring_config_file=monitoring.config is 'm': must be a path that begins with /"],
])('%j is a fault with its place', async (text, start) => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'monitoring.config': text });
  const { faults } = await examineConfig({ cwd, flags: { model_base_path: '/models/m', monitoring_config_file: 'monitoring.config' } });
  expect(faults.map(formatFault)).toEqual([expect.stringContaining(start)]);
});

it('names a file that is not there', async () => {
  const cwd = await temporaryProject(twoPlugins());
  const { faults } = await examineConfig({ cwd, flags: { model_base_path: '/models/m', monitoring_config_file: 'none' } });
  expect(faults.map(formatFault)).toEqual([expect.stringMatching(/--monitoring_config_file is .*none.*cannot be read/)]);
});

it.each([
  ['3', 3],
  ['0', 1],
  ['-1', 1],
])('num_request_iterations_for_warmup %s: %i runs', async (text, runs) => {
  expect((await configOf({ num_request_iterations_for_warmup: text })).warmupIterations).toBe(runs);
});
