import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf } from '@servable/core';
import { SSLConfigSchema } from '@servable/protos/tensorflow-serving-config';
import type { ConfigFault } from './config-fault.ts';
import { asFileFault } from './file-fault.ts';
import type { ConfigFile } from './read-config-file.ts';
import { type ResolvedTls, type TlsFault, tlsFault } from './read-tls.ts';
import type { ResolvedSetting } from './setting-layers.ts';
import type { SettingPath } from './settings.ts';
import { showValue } from './show-value.ts';
import { readTextProtoFile } from './text-proto-file.ts';

export interface TlsOrigins {
  readonly cwd: string;
  readonly file: ConfigFile | undefined;
  readonly settings: readonly ResolvedSetting[];
  /** TensorFlow Serving's `--ssl_config_file`, which is for gRPC alone. */
  readonly sslConfigFile: string | undefined;
}

export interface CollectedTls {
  readonly rest: ResolvedTls | undefined;
  readonly grpc: ResolvedTls | undefined;
  readonly faults: readonly ConfigFault[];
}

type Group = 'rest' | 'grpc';
type Collected = { readonly tls: ResolvedTls | undefined } | { readonly fault: ConfigFault };

/** The parts of a listener's TLS, by the names of their settings. */
const NAMES: Readonly<Record<TlsFault['part'], 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'>> = {
  cert: 'tlsCertFile',
  key: 'tlsKeyFile',
  clientCa: 'tlsClientCaFile',
};

/** Reads the certificates and keys that settings name. The settings of gRPC win over TensorFlow Serving's flag. */
export async function collectTls(origins: TlsOrigins): Promise<CollectedTls> {
  const hasOwn = origins.settings.some(({ path, value }) => path === 'grpc.tlsCertFile' && value !== undefined);
  const { sslConfigFile } = origins;
  const [rest, grpc] = await Promise.all([
    fromSettings('rest', origins),
    hasOwn || sslConfigFile === undefined ? fromSettings('grpc', origins) : fromSslConfig(sslConfigFile, origins.cwd),
  ]);
  const faults = [rest, grpc].flatMap((each) => ('fault' in each ? [each.fault] : []));
  return { rest: 'tls' in rest ? rest.tls : undefined, grpc: 'tls' in grpc ? grpc.tls : undefined, faults };
}

async function fromSettings(group: Group, origins: TlsOrigins): Promise<Collected> {
  const settingOf = (part: TlsFault['part']): ResolvedSetting | undefined =>
    origins.settings.find(({ path, value }) => path === settingPath(group, part) && value !== undefined);
  const [cert, key, clientCa] = [settingOf('cert'), settingOf('key'), settingOf('clientCa')];
  const present = cert ?? key ?? clientCa;
  if (present === undefined) return { tls: undefined };
  if (cert === undefined || key === undefined) {
    const missing = settingPath(group, cert === undefined ? 'cert' : 'key');
    return { fault: settingFault(present, { problem: `needs ${missing} too`, cure: `Name the PEM file as ${missing}` }, origins) };
  }
  const texts: Partial<Record<TlsFault['part'], string>> = {};
  for (const [part, setting] of [['cert', cert], ['key', key], ['clientCa', clientCa]] as const) {
    if (setting === undefined) continue;
    const read = await readText(setting, origins);
    if (typeof read !== 'string') return read;
    texts[part] = read;
  }
  const tls = { cert: texts.cert ?? '', key: texts.key ?? '', clientCa: texts.clientCa, requiresClientCert: texts.clientCa !== undefined };
  const fault = tlsFault(tls);
  const faulty = fault === undefined ? undefined : settingOf(fault.part);
  return fault === undefined || faulty === undefined ? { tls } : { fault: settingFault(faulty, fault, origins) };
}

const settingPath = (group: Group, part: TlsFault['part']): SettingPath => `${group}.${NAMES[part]}`;

async function readText(setting: ResolvedSetting, origins: TlsOrigins): Promise<string | { readonly fault: ConfigFault }> {
  const { cwd, file } = origins;
  const folder = setting.layer === 'file' && file !== undefined ? dirname(file.file) : cwd;
  try {
    return await readFile(resolve(folder, String(setting.value)), 'utf8');
  } catch (error) {
    return { fault: settingFault(setting, { problem: `cannot be read: ${messageOf(error)}`, cure: 'Name a file that this process may read' }, origins) };
  }
}

function settingFault({ path, layer, from, value }: ResolvedSetting, { problem, cure }: Omit<TlsFault, 'part'>, { file, cwd }: TlsOrigins): ConfigFault {
  const fault = { found: showValue(value), problem, cure };
  return layer === 'file' ? asFileFault({ keys: path.split('.'), ...fault }, file, cwd) : { layer, path: from, ...fault };
}

const SSL_FIELDS: Readonly<Record<TlsFault['part'], string>> = { cert: 'server_cert', key: 'server_key', clientCa: 'custom_ca' };
const SSL_FLAG = '--ssl_config_file';

/** Its fields hold PEM text, not file names. */
async function fromSslConfig(path: string, cwd: string): Promise<Collected> {
  const read = await readTextProtoFile(SSLConfigSchema, { path, namedBy: SSL_FLAG, cwd });
  if ('fault' in read) return read;
  const { serverCert: cert, serverKey: key, customCa, clientVerify: requiresClientCert } = read.message;
  const tls = { cert, key, clientCa: customCa === '' ? undefined : customCa, requiresClientCert };
  const fault = tlsFault(tls);
  if (fault === undefined) return { tls };
  const { part, problem, cure } = fault;
  return { fault: { layer: 'flag', path: SSL_FIELDS[part], found: undefined, problem, cure, location: read.locate([SSL_FIELDS[part]]) } };
}
