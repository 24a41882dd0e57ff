import { ServingError, silentLogger } from '@servable/core';
import { type ConfigFault, formatFault } from '../config/config-fault.ts';
import { type ConfigReport, type ConfigRequest, examineConfig } from '../config/load.ts';
import { type CheckedVersion, checkModels } from './check-models.ts';
import { closePlugins } from './close-plugins.ts';
import { type CommandIo, EXIT_CODES } from './command-io.ts';
import { asOneLine, textTable } from './text-table.ts';

export interface CheckRequest extends ConfigRequest {
  readonly isLoading: boolean;
  readonly isJson: boolean;
}

/** Tells every fault of a config and of its models at once; 1 when there is any. */
export async function check({ isLoading, isJson, ...request }: CheckRequest, io: CommandIo): Promise<number> {
  const report = await reportOf(request);
  const faults: readonly ConfigFault[] = report.faults;
  const models = report.config === undefined ? [] : await checkConfigModels({ ...report, config: report.config }, isLoading);
  const isOk = faults.length === 0 && models.every(({ fault }) => fault === undefined);
  if (isJson) io.print(JSON.stringify({ ok: isOk, file: report.file ?? null, faults, models, notes: report.notes }, null, 2));
  else printCheck({ ...report, faults }, models, io);
  return isOk ? EXIT_CODES.ok : EXIT_CODES.failed;
}

type Report = Pick<ConfigReport, 'file' | 'faults' | 'notes' | 'config' | 'plugins'>;

/** A file that cannot be read is a fault as any other here. */
async function reportOf(request: ConfigRequest): Promise<Report> {
  try {
    return await examineConfig(request);
  } catch (error) {
    if (!ServingError.is(error) || !error.code.startsWith('SRV_CONFIG_FILE_')) throw error;
    const fault: ConfigFault = { layer: 'file', path: '', found: undefined, problem: error.message, cure: '' };
    return { file: request.file, faults: [fault], notes: [], config: undefined, plugins: [] };
  }
}

async function checkConfigModels(report: Report & { readonly config: NonNullable<Report['config']> }, isLoading: boolean): Promise<readonly CheckedVersion[]> {
  try {
    return await checkModels(report.config, { plugins: report.plugins, isLoading, logger: silentLogger });
  } finally {
    await closePlugins(report.plugins);
  }
}

function printCheck({ faults, notes }: Report, models: readonly CheckedVersion[], io: CommandIo): void {
  if (models.length > 0) io.print(textTable(['model', 'version', 'platform', 'memory', 'result'], models.map(rowOf)));
  const lines = [
    ...faults.map((fault) => `Fault: ${formatFault(fault)}`),
    ...models.flatMap(({ model, version, fault }) => (fault === undefined ? [] : [`Fault: ${nameOf(model, version)}: ${asOneLine(fault)}`])),
    ...models.flatMap((each) => each.notes.map((note) => `Note: ${nameOf(each.model, each.version)}: ${asOneLine(note)}`)),
    ...notes.map((note) => `Note: ${note}`),
  ];
  if (lines.length > 0) io.print(lines.join('\n'));
  const count = lines.filter((line) => line.startsWith('Fault')).length;
  io.print(count === 0 ? 'No fault' : `${count} ${count === 1 ? 'fault' : 'faults'}`);
}

function rowOf({ model, version, platform, ramBytes, fault }: CheckedVersion): readonly string[] {
  return [model, version ?? '-', platform ?? '-', ramBytes === undefined ? '-' : bytesText(ramBytes), fault === undefined ? 'ok' : 'fault'];
}

function nameOf(model: string, version: string | undefined): string {
  return version === undefined ? asOneLine(model) : `${asOneLine(model)}/${version}`;
}

function bytesText(bytes: number): string {
  const unit = bytes >= 2 ** 30 ? 'GiB' : bytes >= 2 ** 20 ? 'MiB' : 'KiB';
  const size = bytes / { GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10 }[unit];
  return `${size.toFixed(1)} ${unit}`;
}
