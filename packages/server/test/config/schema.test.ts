import { describe, expect, it } from 'vitest';
import { formatPath } from '../../src/config/config-path.ts';
import { createConfigValidator } from '../../src/config/schema.ts';

const model = (change: object): object => ({ models: [{ name: 'a', path: 'a' }, { name: 'mnist', path: './m', ...change }] });

describe('faults name the path, the value and the cure', () => {
  const cases: readonly (readonly [config: unknown, path: string, found: string | undefined, problem: RegExp, cure: RegExp])[] = [
    [null, '', 'null', /must be a config/, /^$/],
    [[], '', '[]', /must be a config/, /^$/],
    [{ modles: [] }, 'modles', undefined, /not a known name/, /^Did you mean 'models'\?$/],
    [{ wibble: 1 }, 'wibble', undefined, /not a known name/, /^Known are: plugins, models, host, rest, .*drain$/],
    [{ port: 9000 }, 'port', undefined, /not a known name/, /^Write rest.port or grpc.port$/],
    [{ maxBodyBytes: 1 }, 'maxBodyBytes', undefined, /not a known name/, /^Write rest.maxBodyBytes$/],
    [{ rest: { prot: 9000 } }, 'rest.prot', undefined, /not a known name/, /^Did you mean 'port'\?$/],
    [{ rest: { max_body_bytes: 1 } }, 'rest.max_body_bytes', undefined, /not a known name/, /^Did you mean 'maxBodyBytes'\?$/],
    [{ rest: 8501 }, 'rest', '8501', /object with settings of rest/, /^$/],
    [{ rest: { port: '8501' } }, 'rest.port', "'8501'", /whole number from 0 to 65535/, /^Write 8501$/],
    [{ rest: { port: 65_536 } }, 'rest.port', '65536', /whole number from 0 to 65535/, /^Write 8501$/],
    [{ grpc: { port: 1.5 } }, 'grpc.port', '1.5', /whole number/, /^Write 8500$/],
    [{ grpc: { port: Number.NaN } }, 'grpc.port', 'NaN', /whole number/, /^Write 8500$/],
    [{ rest: { timeoutMs: 2 ** 31 } }, 'rest.timeoutMs', '2147483648', /from 0 to 2147483647/, /^Write 30000$/],
    [{ rest: { cors: 'yes' } }, 'rest.cors', "'yes'", /true or false/, /^Write true$/],
    [{ host: 'http://a' }, 'host', "'http://a'", /IP address or a host name/, /^Write '127.0.0.1'$/],
    [{ compat: 'strickt' }, 'compat', "'strickt'", /one of 'default', 'strict'/, /^Did you mean 'strict'\?$/],
    [{ compat: true }, 'compat', 'true', /one of 'default', 'strict'/, /^Write 'default' or 'strict'$/],
    [{ log: { level: 'verbose' } }, 'log.level', "'verbose'", /one of 'debug', 'info', 'warn', 'error', 'silent'$/, /^$/],
    [{ manager: { policy: 'resource_preserving' } }, 'manager.policy', "'resource_preserving'", /one of/, /'resource-preserving'/],
    [{ manager: { ramLimitBytes: 0 } }, 'manager.ramLimitBytes', '0', /bytes from 1 up/, /^Write 1000$/],
    [{ models: {} }, 'models', '{}', /a list of models/, /^Write \[\{ name: 'mnist'/],
    [{ models: ['mnist'] }, 'models[0]', "'mnist'", /must be a model/, /^Write \{ name/],
    [{ models: [{ path: 'x' }] }, 'models[0].name', undefined, /is missing/, /^Add name: 'mnist'$/],
    [{ models: [{ name: 'x' }] }, 'models[0].path', undefined, /is missing/, /^Add path: '.\/models\/mnist'$/],
    [model({ name: '' }), 'models[1].name', "''", /not empty/, /^Write 'mnist'$/],
    [model({ batching: true }), 'models[1].batching', 'true', /false/, /false/],
    [model({ batching: { maxBatchsize: 8 } }), 'models[1].batching.maxBatchsize', undefined, /not a known name/, /^Did you mean 'maxBatchSize'\?$/],
    [model({ batching: { allowedBatchSizes: [0] } }), 'models[1].batching.allowedBatchSizes[0]', '0', /1/, /^/],
    [{ batching: { maxBatchSize: 0 } }, 'batching.maxBatchSize', '0', /rows from 1 up/, /^Write 128$/],
    [model({ lables: {} }), 'models[1].lables', undefined, /not a known name/, /^Did you mean 'labels'\?$/],
    [model({ base_path: '/m' }), 'models[1].base_path', undefined, /not a known name/, /path/],
    [model({ versions: 3 }), 'models[1].versions', '3', /'latest', 'all'/, /^Write 'latest'$/],
    [model({ versions: 'newest' }), 'models[1].versions', "'newest'", /one of 'latest', 'all'$/, /^$/],
    [model({ versions: 'lastest' }), 'models[1].versions', "'lastest'", /one of 'latest', 'all'/, /^Did you mean 'latest'\?$/],
    [model({ versions: {} }), 'models[1].versions', '{}', /latest: count/, /^Write 'latest'$/],
    [model({ versions: { latest: 0 } }), 'models[1].versions.latest', '0', /from 1 up/, /^Write 1$/],
    [model({ versions: { latest: 1, specific: [2] } }), 'models[1].versions', '{"latest":1,"specific":[2]}', /'latest', 'all'/, /./],
    [model({ versions: { newest: 2 } }), 'models[1].versions.newest', undefined, /not a known name/, /latest/],
    [model({ versions: { specific: [] } }), 'models[1].versions.specific', '[]', /not empty/, /^Write \[3\]$/],
    [model({ versions: { specific: [3, 2 ** 53] } }), 'models[1].versions.specific[1]', '9007199254740992', /as a string/, /^Write 3$/],
    [model({ versions: { specific: ['3', 'x'] } }), 'models[1].versions.specific[1]', "'x'", /a version/, /^Write 3$/],
    [model({ versions: { specific: [2n ** 63n] } }), 'models[1].versions.specific[0]', '9223372036854775808n', /64 bits/, /^Write 3$/],
    [model({ labels: { stable: 1.5 } }), 'models[1].labels.stable', '1.5', /a version/, /^Write 3$/],
    [model({ labels: { 'a b': null } }), "models[1].labels['a b']", 'null', /a version/, /^Write 3$/],
    [model({ labels: { '1': 'x' } }), "models[1].labels['1']", "'x'", /a version/, /^Write 3$/],
    [model({ options: [] }), 'models[1].options', '[]', /loader's options/, /^Write \{\}$/],
    [{ plugins: {} }, 'plugins', '{}', /a list of plugins/, /^Write \[\]$/],
    [{ plugins: [function onnx() {}] }, 'plugins[0]', 'a function', /a plugin, the name of its package/, /^Call it: onnx\(\)$/],
    [{ host: '[::1]' }, 'host', "'[::1]'", /IP address or a host name/, /^Write '127.0.0.1'$/],
    [model({ labels: { 'a\u001b[31m': null } }), String.raw`models[1].labels['a\u001b[31m']`, 'null', /a version/, /^Write 3$/],
    [{ plugins: [['a', 1, 2]] }, 'plugins[0]', '["a",1,2]', /a plugin, the name of its package/, /loader-onnx/],
    [JSON.parse('{"__proto__": 1}'), '__proto__', undefined, /not a known name/, /./],
  ];
  it.each(cases)('%o at %s', (config, path, found, problem, cure) => {
    const faults = createConfigValidator()(config);
    expect(faults.map(({ keys }) => formatPath(keys))).toEqual([path]);
    expect(faults[0]?.found).toBe(found);
    expect(faults[0]?.problem).toMatch(problem);
    expect(faults[0]?.cure).toMatch(cure);
  });
});

it('tells all faults at once, each once', () => {
  const config = { rest: { port: 'x', cors: 1 }, models: [{ name: 'a' }, { name: 'b', path: 'b', versions: { latest: -1 } }], wibble: 0 };
  const paths = createConfigValidator()(config).map(({ keys }) => formatPath(keys));
  expect(paths.sort()).toEqual(['models[0].path', 'models[1].versions.latest', 'rest.cors', 'rest.port', 'wibble']);
});

it.each([
  {},
  { models: [] },
  { rest: { port: undefined }, models: undefined },
  model({ versions: 'all', labels: { stable: 3, canary: '4', next: 5n } }),
  model({ versions: { specific: [3, '4', 5n, ' -1 '] }, options: { anything: [] }, platform: 'onnx' }),
  { plugins: ['@servable/loader-onnx', ['x', { a: 1 }], { kind: 'loader' }] },
  { pollIntervalMs: 0, drain: { delayMs: 5000, timeoutMs: 0 }, manager: { ramLimitBytes: 2 ** 40 } },
])('takes %o', (config) => {
  expect(createConfigValidator()(config)).toEqual([]);
});
