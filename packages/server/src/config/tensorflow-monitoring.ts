import { MonitoringConfigSchema } from '@servable/protos/tensorflow-serving-config';
import type { ConfigFault } from './config-fault.ts';
import type { SettingLayer } from './setting-layers.ts';
import { readTextProtoFile } from './text-proto-file.ts';

const FLAG = '--monitoring_config_file';
/** Source: TF Serving, `PrometheusExporter::kPrometheusPath`. */
const DEFAULT_PATH = '/monitoring/prometheus/metrics';

/** What a file says of where TensorFlow Serving's metrics are. */
export interface MonitoringFile {
  readonly settings: SettingLayer;
  readonly faults: readonly ConfigFault[];
}

/** Reads what `--monitoring_config_file` names, a `MonitoringConfig`; `undefined`: no file is named. */
export async function readMonitoringFile(path: string | undefined, cwd: string): Promise<MonitoringFile> {
  if (path === undefined) return { settings: new Map(), faults: [] };
  const file = await readTextProtoFile(MonitoringConfigSchema, { path, namedBy: FLAG, cwd });
  if ('fault' in file) return { settings: new Map(), faults: [file.fault] };
  const { prometheusConfig } = file.message;
  if (prometheusConfig?.enable !== true) return { settings: new Map(), faults: [] };
  const value = prometheusConfig.path === '' ? DEFAULT_PATH : prometheusConfig.path;
  return { settings: new Map([['metrics.tensorflowPath', { value, from: `${FLAG}=${path}` }]]), faults: [] };
}
