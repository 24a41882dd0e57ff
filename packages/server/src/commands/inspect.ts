import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Inspection, type Logger, messageOf, parseModelName, parseVersion, type Plugin, type ServableId, type Version } from '@servable/core';
import { newestVersion } from '../config/discover-models.ts';
import { type ConfigRequest, examineConfig } from '../config/load.ts';
import type { ResolvedModel } from '../config/resolved-config.ts';
import { formatFaults } from '../config/config-fault.ts';
import { nearestName } from '../config/nearest-name.ts';
import { serverError } from '../errors.ts';
import { createLoaderResolver, type LoaderResolver } from '../loader-resolver.ts';
import { createSourceResolver } from '../source-resolver.ts';
import { whyIncomplete } from './check-selection.ts';
import { closePlugins } from './close-plugins.ts';
import { type CommandIo, EXIT_CODES } from './command-io.ts';
import { findVersions } from './find-versions.ts';
import { inspectionJson, inspectVersion, signatureRows, type VersionToInspect } from './inspect-version.ts';
import { asOneLine, textTable } from './text-table.ts';

export interface InspectRequest extends ConfigRequest {
  /** A model of the config, or a path of a model, a version or a file in one. */
  readonly subject: string;
  readonly isJson: boolean;
}

interface Inspected {
  readonly version: VersionToInspect;
  readonly platform: string;
  readonly inspection: Inspection;
}

/** Shows what the files of a model say of themselves. */
export async function inspect({ subject, isJson, ...request }: InspectRequest, io: CommandIo): Promise<number> {
  const report = await examineConfig(request);
  const logger = io.createLogger({ level: 'warn', format: 'auto' });
  try {
    const loaders = createLoaderResolver(report.plugins);
    const model = report.config?.models.find(({ name }) => name === subject);
    const targets = model === undefined ? await targetsAt(subject, { ...report, cwd: io.cwd, loaders }) : await targetsOf(model, report.plugins, logger);
    const inspected: Inspected[] = [];
    for (const { platform, ...version } of targets) {
      const plugin = await loaders.forVersion({ name: version.id.name, platform, options: version.options }, version.path);
      inspected.push({ version, platform: plugin.platform, inspection: await inspectVersion(plugin, version, logger) });
    }
    if (isJson) io.print(JSON.stringify(inspected.map(toJson), null, 2));
    else for (const each of inspected) printInspection(each, io);
    return EXIT_CODES.ok;
  } finally {
    await closePlugins(report.plugins);
  }
}

type Target = VersionToInspect & { readonly platform: string | undefined };

async function targetsOf(model: ResolvedModel, plugins: readonly Plugin[], logger: Logger): Promise<readonly Target[]> {
  const { versions, incomplete, problem } = await findVersions(model, createSourceResolver(plugins), logger);
  if (versions.length === 0) {
    const [newest] = incomplete;
    const why = newest === undefined ? `'${model.name}' has no version at ${model.path}` : `'${model.name}': ${whyIncomplete(newest)}`;
    throw serverError('SRV_USAGE', [problem ?? why]);
  }
  return versions.map((each) => {
    if ('error' in each) throw each.error;
    return { id: { name: model.name, version: each.version }, path: each.value.path, options: model.options, platform: model.platform };
  });
}

interface PathContext {
  readonly cwd: string;
  readonly loaders: LoaderResolver;
  readonly config: { readonly models: readonly ResolvedModel[] } | undefined;
  readonly faults: Parameters<typeof formatFaults>[0];
}

/** A version's directory, a model's (its newest version), or a file of a version. */
async function targetsAt(subject: string, { cwd, config, faults }: PathContext): Promise<readonly Target[]> {
  const path = resolve(cwd, subject);
  const entries = await listDirectory(path);
  if (entries === undefined) throw serverError('SRV_USAGE', [unknownSubject(subject, config, faults)]);
  const directory = entries === 'file' ? dirname(path) : path;
  const newest = entries === 'file' ? undefined : newestVersion(entries);
  const id = newest === undefined ? idOf(directory) : { name: parseModelName(basename(path)), version: newest.version };
  return [{ id, path: newest === undefined ? directory : join(path, newest.name), options: {}, platform: undefined }];
}

function unknownSubject(subject: string, config: PathContext['config'], faults: PathContext['faults']): string {
  const what = `'${subject}' is no model of the config and no path`;
  if (config === undefined) return `${what}; the config cannot be read: ${formatFaults(faults.slice(0, 1))}`;
  const names = config.models.map(({ name }) => name);
  const nearest = nearestName(subject, names);
  return nearest === undefined ? `${what}; models are ${names.join(', ')}` : `${what}: did you mean '${nearest}'?`;
}

/** `mnist/3` of the last two folders; a folder without a number is version 0 of itself. */
function idOf(directory: string): ServableId {
  const version = numberOf(basename(directory));
  const name = basename(version === undefined ? directory : dirname(directory));
  return { name: parseModelName(name === '' ? 'model' : name), version: version ?? parseVersion(0) };
}

function numberOf(text: string): Version | undefined {
  try {
    return parseVersion(text);
  } catch {
    return undefined;
  }
}

async function listDirectory(path: string): Promise<readonly { readonly name: string }[] | 'file' | undefined> {
  try {
    if ((await stat(path)).isFile()) return 'file';
    return (await readdir(path)).map((name) => ({ name }));
  } catch (error) {
    if (/ENOENT|ENOTDIR/.test(messageOf(error))) return undefined;
    throw serverError('SRV_USAGE', [messageOf(error)], { cause: error });
  }
}

function printInspection({ version, platform, inspection }: Inspected, io: CommandIo): void {
  io.print(`${asOneLine(version.id.name)} version ${version.id.version} (${platform}) at ${version.path}`);
  for (const [name, signature] of inspection.signatures) {
    io.print(`\n${asOneLine(name)}: method ${asOneLine(signature.methodName)}, batching ${signature.batching}`);
    io.print(textTable(['', 'name', 'dtype', 'shape', 'in the graph'], signatureRows(signature)));
  }
  if (inspection.facts.length > 0) io.print(`\n${textTable(['fact', 'value'], inspection.facts.map(({ label, value }) => [label, value]))}`);
  if (inspection.notes.length > 0) io.print(`\n${inspection.notes.map((note) => `Note: ${asOneLine(note)}`).join('\n')}`);
}

function toJson({ version, platform, inspection }: Inspected): object {
  const { name } = version.id;
  return { name, version: String(version.id.version), platform, path: version.path, ...inspectionJson(inspection) };
}
