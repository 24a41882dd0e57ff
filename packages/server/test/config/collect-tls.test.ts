import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { examineConfig, loadConfig } from '../../src/config/load.ts';
import { temporaryProject, twoPlugins } from '../temporary-project.ts';

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const PEMS = { 'server.pem': pem('server.pem'), 'server.key': pem('server.key'), 'ca.pem': pem('ca.pem'), 'client.key': pem('client.key') };
const MODELS = { plugins: ['acme-loader', 'acme-source'], models: [{ name: 'm', path: './m', platform: 'acme' }] };

const project = (config: object, files: Readonly<Record<string, string>> = {}): Promise<string> =>
  temporaryProject({ ...twoPlugins(), ...PEMS, 'deploy/serving.config.json': JSON.stringify({ ...MODELS, ...config }), 'deploy/server.pem': PEMS['server.pem'], 'deploy/server.key': PEMS['server.key'], ...files });

async function faultsOf(cwd: string, flags: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { faults } = await examineConfig({ cwd, file: 'deploy/serving.config.json', flags });
  return faults.filter(({ path }) => !path.startsWith('plugins') && !path.startsWith('models')).map(formatFault);
}

/** A field of an SSLConfig, as the text format writes PEM text. */
const field = (name: string, text: string): string => `${name}: ${JSON.stringify(text)}\n`;

describe('settings', () => {
  it('name files beside the config file, or from the current folder where a flag names them', async () => {
    const cwd = await project({ rest: { tlsCertFile: 'server.pem', tlsKeyFile: './server.key' } });
    const flags = { 'grpc-tls-cert-file': 'server.pem', 'grpc-tls-key-file': 'server.key', 'grpc-tls-client-ca-file': 'ca.pem' };
    const { rest, grpc } = (await loadConfig({ cwd, file: 'deploy/serving.config.json', flags })).config;
    expect(rest.tls).toEqual({ cert: PEMS['server.pem'], key: PEMS['server.key'], clientCa: undefined, requiresClientCert: false });
    expect(grpc.tls).toEqual({ cert: PEMS['server.pem'], key: PEMS['server.key'], clientCa: PEMS['ca.pem'], requiresClientCert: true });
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['a certificate without its key', { 'rest-tls-cert-file': 'server.pem' }, "--rest-tls-cert-file is 'server.pem': needs rest.tlsKeyFile too. Name the PEM file as rest.tlsKeyFile"],
    ['roots alone', { 'grpc-tls-client-ca-file': 'ca.pem' }, "--grpc-tls-client-ca-file is 'ca.pem': needs grpc.tlsCertFile too. Name the PEM file as grpc.tlsCertFile"],
    ['a file that is missing', { 'rest-tls-cert-file': 'none.pem', 'rest-tls-key-file': 'server.key' }, "--rest-tls-cert-file is 'none.pem': cannot be read: "],
    ['a key for a certificate', { 'rest-tls-cert-file': 'server.key', 'rest-tls-key-file': 'server.key' }, "--rest-tls-cert-file is 'server.key': holds no certificate: "],
    ['a certificate for a key', { 'rest-tls-cert-file': 'server.pem', 'rest-tls-key-file': 'server.pem' }, "--rest-tls-key-file is 'server.pem': holds no private key: "],
    ['the key of another', { 'rest-tls-cert-file': 'server.pem', 'rest-tls-key-file': 'client.key' }, "--rest-tls-key-file is 'client.key': is not the key of the certificate. Give the key that the certificate was made for"],
    ['roots that are none', { 'rest-tls-cert-file': 'server.pem', 'rest-tls-key-file': 'server.key', 'rest-tls-client-ca-file': 'server.key' }, "--rest-tls-client-ca-file is 'server.key': holds no certificate: "],
  ])('refuse %s', async (_title, flags, message) => {
    const [fault, ...more] = await faultsOf(await project({}), flags);
    expect(fault?.startsWith(message)).toBe(true);
    expect(more).toEqual([]);
  });

  it('say where in the file they stand', async () => {
    const [fault] = await faultsOf(await project({ rest: { tlsCertFile: 'server.pem', tlsKeyFile: 'none.key' } }));
    expect(fault).toMatch(/^deploy\/serving\.config\.json:1:\d+: rest\.tlsKeyFile is 'none\.key': cannot be read: /);
  });
});

describe('--ssl_config_file', () => {
  const flags = { ssl_config_file: 'ssl.config' };
  const right = field('server_key', PEMS['server.key']) + field('server_cert', PEMS['server.pem']);

  it.each<[string, string, object]>([
    ['without clients', right, { clientCa: undefined, requiresClientCert: false }],
    ['with clients that are not asked', right + field('custom_ca', PEMS['ca.pem']), { clientCa: PEMS['ca.pem'], requiresClientCert: false }],
    ['with clients that are asked', `${right}${field('custom_ca', PEMS['ca.pem'])}client_verify: true\n`, { clientCa: PEMS['ca.pem'], requiresClientCert: true }],
  ])('is for gRPC alone, %s', async (_title, text, more) => {
    const cwd = await project({}, { 'ssl.config': text });
    const { rest, grpc } = (await loadConfig({ cwd, file: 'deploy/serving.config.json', flags })).config;
    expect(rest.tls).toBeUndefined();
    expect(grpc.tls).toEqual({ cert: PEMS['server.pem'], key: PEMS['server.key'], ...more });
  });

  it.each<[string, string, RegExp]>([
    ['no field', '', /^ssl\.config:1:1: server_cert holds no certificate: /],
    ['a field that is none', 'server_kye: "x"', /^ssl\.config:1:\d+: .*Did you mean 'server_key'\?$/],
    ['a key that is none', field('server_cert', PEMS['server.pem']) + field('server_key', 'x'), /^ssl\.config:2:\d+: server_key holds no private key: /],
    ['the key of another', field('server_cert', PEMS['server.pem']) + field('server_key', PEMS['client.key']), /^ssl\.config:2:\d+: server_key is not the key of the certificate\. /],
  ])('refuses %s', async (_title, text, message) => {
    const [fault] = await faultsOf(await project({}, { 'ssl.config': text }), flags);
    expect(fault).toMatch(message);
  });

  it('must be there', async () => {
    expect(await faultsOf(await project({}), flags)).toEqual([expect.stringMatching(/^--ssl_config_file is 'ssl\.config': cannot be read: /)]);
  });
});

describe('gRPC', () => {
  it.each<[string, Readonly<Record<string, string>>, object]>([
    ['a socket beside the port', { port: '8600', grpc_socket_path: '/tmp/s' }, { tcp: true, port: 8600, socketPath: '/tmp/s' }],
    ['a socket alone', { port: '0', grpc_socket_path: '/tmp/s' }, { tcp: false, socketPath: '/tmp/s' }],
    ['arguments', { grpc_channel_arguments: 'grpc.max_connection_age_ms=2000, grpc.primary_user_agent=a' }, { channelArguments: { 'grpc.max_connection_age_ms': 2000, 'grpc.primary_user_agent': 'a' } }],
    ['nothing', { grpc_socket_path: '', grpc_channel_arguments: '' }, { tcp: true, socketPath: undefined, channelArguments: {} }],
  ])('takes %s by flag', async (_title, flags, expected) => {
    const { config } = await loadConfig({ cwd: await project({}), file: 'deploy/serving.config.json', flags });
    expect(config.grpc).toMatchObject(expected);
  });

  it('refuses arguments without a value, and nothing to listen on', async () => {
    const cwd = await project({});
    const [fault] = await faultsOf(cwd, { grpc_channel_arguments: 'grpc.max_connection_age_ms' });
    expect(fault).toContain("--grpc_channel_arguments is 'grpc.max_connection_age_ms': must be name=value pairs with commas between them");
    expect(await faultsOf(cwd, { 'grpc-tcp': 'false', 'rest-enabled': 'false' })).toEqual([expect.stringContaining('nobody could call a model')]);
  });
});
