import { pluginName, type VersionSelector } from '@servable/core';
import { formatFault } from '../config/config-fault.ts';
import { type ConfigReport, type ConfigRequest, examineConfig } from '../config/load.ts';
import type { ResolvedModel } from '../config/resolved-config.ts';
import { type CommandIo, EXIT_CODES } from './command-io.ts';
import { defaultTextOf, type SettingPath } from '../config/settings.ts';
import { showValue } from '../config/show-value.ts';
import { textTable } from './text-table.ts';

/** Prints every setting's value and where it came from, then plugins and models; 1 when the config has faults. */
export async function showConfig({ isJson, ...request }: ConfigRequest & { readonly isJson: boolean }, io: CommandIo): Promise<number> {
  const report = await examineConfig(request);
  if (isJson) io.print(JSON.stringify(reportJson(report), null, 2));
  else printReport(report, io);
  return report.faults.length === 0 ? EXIT_CODES.ok : EXIT_CODES.failed;
}

function printReport(report: ConfigReport, io: CommandIo): void {
  io.print(`Config file: ${report.file ?? 'none'}\n`);
  const rows = report.settings.map(({ path, value, layer, from }) => [path, valueText(path, value), layer === from ? layer : `${layer}: ${from}`]);
  io.print(textTable(['setting', 'value', 'from'], rows));
  io.print(`\nPlugins (${report.pluginsFrom}): ${report.plugins.map(pluginName).join(', ') || 'none'}`);
  const models = report.config?.models ?? [];
  io.print(`\nModels (${report.modelsFrom || 'none'}):`);
  if (models.length > 0) io.print(textTable(['model', 'versions', 'labels', 'platform', 'path'], models.map(modelRow)));
  for (const note of report.notes) io.print(`Note: ${note}`);
  for (const fault of report.faults) io.printError(`Fault: ${formatFault(fault)}`);
}

function modelRow({ name, versions, labels, platform, path }: ResolvedModel): readonly string[] {
  const labelText = [...labels].map(([label, version]) => `${label}=${version}`).join(' ');
  return [name, versionsText(versions), labelText || '-', platform ?? 'by its files', path];
}

function versionsText(selector: VersionSelector): string {
  switch (selector.kind) {
    case 'latest':
      return selector.count === 1 ? 'latest' : `latest ${selector.count}`;
    case 'all':
      return 'all';
    case 'specific':
      return selector.versions.join(' ');
    default:
      return selector satisfies never;
  }
}

function valueText(path: SettingPath, value: unknown): string {
  if (value === undefined) return `(${defaultTextOf(path)})`;
  return typeof value === 'string' ? value : showValue(value);
}

function reportJson({ file, settings, plugins, pluginsFrom, modelsFrom, config, notes, faults }: ConfigReport): object {
  return {
    file: file ?? null,
    settings: settings.map(({ path, value, layer, from }) => ({ path, value: value ?? null, layer, from })),
    plugins: { from: pluginsFrom, names: plugins.map(pluginName) },
    models: { from: modelsFrom, list: (config?.models ?? []).map(modelJson) },
    notes,
    faults,
  };
}

function modelJson({ name, path, platform, versions, labels, options }: ResolvedModel): object {
  const selector = versions.kind === 'specific' ? { ...versions, versions: versions.versions.map(String) } : versions;
  const labelJson = Object.fromEntries([...labels].map(([label, version]) => [label, String(version)]));
  return { name, path, platform: platform ?? null, versions: selector, labels: labelJson, options };
}
