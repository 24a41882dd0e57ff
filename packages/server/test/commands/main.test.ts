import { describe, expect, it } from 'vitest';
import { temporaryProject, workingPlugins } from '../temporary-project.ts';
import { runMain } from './run-main.ts';

const HALF = { 'models/half/3/model.acme': '{}', 'models/half/4/model.acme': '{"ramBytes":3145728,"notes":["one \\u001b[31mnote"],"facts":[{"label":"opset","value":"17"}]}' };

describe('the command line', () => {
  it('shows help', async () => {
    const { code, out } = await runMain('/', ['--help']);
    expect(code).toBe(0);
    for (const command of ['serve', 'check', 'inspect', 'config']) expect(out).toContain(command);
    expect(out).toContain('servable serve ./models');
  });

  it('lists every setting and flag in the help of a command', async () => {
    const { code, out } = await runMain('/', ['serve', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('--rest-max-body-bytes <value>');
    expect(out).toContain('--rest_api_port <value>');
    expect(out).toMatch(/--mixed_precision <value> .*means nothing here/);
  });

  it.each([['--version'], ['-v']])('prints the version with %s', async (flag) => {
    const { code, out } = await runMain('/', [flag]);
    expect(code).toBe(0);
    expect(out).toMatch(/^servable \d+\.\d+\.\d+ \(plugin API 1, Node v\d+/);
  });

  it.each([
    [['serve', '--rest-prot=1'], /unknown option '--rest-prot=1'|unknown option '--rest-prot'/, /--rest-port/],
    [['serve', '--model_nme=x'], /unknown option/, /--model_name/],
    [['sevre'], /unknown command 'sevre'/, /serve/],
    [['inspect'], /missing required argument 'model'/, /model/],
    [['serve', 'a', 'b'], /too many arguments/, /./],
    [['serve', '--rest-port'], /argument missing/, /--rest-port/],
  ])('says what is wrong with %j', async (argv, problem, cure) => {
    const { code, err } = await runMain('/', argv);
    expect(code).toBe(2);
    expect(err).toMatch(problem);
    expect(err).toMatch(cure);
  });

  it('ends with 2 when only flags are wrong, with 1 when anything else is', async () => {
    const cwd = await temporaryProject({ ...workingPlugins(), 'serving.config.json': '{"models":[]}', 'bad.json': '{"models":1}' });
    const usage = await runMain(cwd, ['serve', '--rest-port=abc']);
    expect(usage).toMatchObject({ code: 2, err: "error: --rest-port is 'abc': must be a port: a whole number from 0 to 65535. Write 8501\n" });
    expect((await runMain(cwd, ['serve', '--config', 'bad.json'])).code).toBe(1);
  });

  it('takes flags without a command for serving', async () => {
    const { code, err } = await runMain('/', ['--model_name=x', '--enable_batching=maybe']);
    expect(code).toBe(2);
    expect(err).toContain('--enable_batching is');
    expect(err).toContain('--model_base_path is missing');
  });

  it('shows no stack without --debug', async () => {
    const cwd = await temporaryProject({});
    const { code, err } = await runMain(cwd, ['serve']);
    expect(code).toBe(1);
    expect(err).toBe('error: No models: there is no serving.config.* in this folder. Write one, or give a folder of models: servable serve ./models\n');
    expect((await runMain(cwd, ['serve', '--debug'])).err).toMatch(/\n {4}at /);
  });
});

describe('servable config', () => {
  it('shows what won and where it came from', async () => {
    const cwd = await temporaryProject({ ...workingPlugins(), ...HALF, 'serving.config.yaml': 'models: [{name: half, path: models/half, labels: {stable: 3}}]\nrest: {port: 1}\ngrpc: {port: 2}\n' });
    const { code, out } = await runMain(cwd, ['config', '--grpc-port=3', '--no-rest-cors'], { SERVABLE_LOG_LEVEL: 'warn' });
    expect(code).toBe(0);
    const lineOf = (path: string): string | undefined => out.split('\n').find((line) => line.trim().startsWith(`${path} `))?.replaceAll(/ +/g, ' ').trim();
    expect(lineOf('rest.port')).toBe('rest.port 1 file: serving.config.yaml');
    expect(lineOf('grpc.port')).toBe('grpc.port 3 flag: --grpc-port');
    expect(lineOf('rest.cors')).toBe('rest.cors false flag: --rest-cors');
    expect(lineOf('log.level')).toBe('log.level warn environment: SERVABLE_LOG_LEVEL');
    expect(lineOf('compat')).toBe('compat default default');
    expect(lineOf('manager.ramLimitBytes')).toBe('manager.ramLimitBytes (no limit) default');
    expect(lineOf('half')).toBe(`half latest stable=3 by its files ${cwd}/models/half`);
    expect(out).toContain('Plugins (dependencies in package.json): acme, acme-source');
  });

  it('is JSON with --json', async () => {
    const cwd = await temporaryProject({ ...workingPlugins(), ...HALF });
    const { code, out } = await runMain(cwd, ['config', 'models', '--json', '--port=9']);
    expect(code).toBe(0);
    const json = JSON.parse(out);
    expect(json.settings).toContainEqual({ path: 'grpc.port', value: 9, layer: 'flag', from: '--port' });
    expect(json.settings).toContainEqual({ path: 'rest.enabled', value: false, layer: 'default', from: "TensorFlow Serving's default, because its flags are used" });
    expect(json.settings).toContainEqual({ path: 'manager.ramLimitBytes', value: null, layer: 'default', from: 'default' });
    expect(json.models.list).toEqual([{ name: 'half', path: `${cwd}/models/half`, platform: null, versions: { kind: 'latest', count: 1 }, labels: {}, options: {} }]);
    expect(json).toMatchObject({ file: null, faults: [], models: { from: 'folder models' } });
  });

  it('shows faults beside the rest and ends with 1', async () => {
    const cwd = await temporaryProject({ 'serving.config.json': '{"rest":{"port":-1},"models":[]}' });
    const { code, out, err } = await runMain(cwd, ['config']);
    expect(code).toBe(1);
    expect(out).toContain('rest.port');
    expect(err).toMatch(/^Fault: serving\.config\.json:1:\d+: rest\.port is -1: /);
  });
});

describe('servable inspect', () => {
  it.each([
    ['half', 4],
    ['models/half', 4],
    ['models/half/3', 3],
    ['models/half/3/model.acme', 3],
  ])('shows the signatures of %s', async (subject, version) => {
    const cwd = await temporaryProject({ ...workingPlugins(), ...HALF, 'serving.config.json': '{"models":[{"name":"half","path":"models/half"}]}' });
    const { code, out } = await runMain(cwd, ['inspect', subject]);
    expect(code).toBe(0);
    expect(out).toContain(`half version ${version} (acme) at ${cwd}/models/half/${version}`);
    expect(out).toContain('serving_default: method tensorflow/serving/predict, batching rows');
    expect(out.replaceAll(/ +/g, ' ')).toContain('input x FP32 [batch, 2] x:0');
    expect(out.replaceAll(/ +/g, ' ')).toContain('output y FP32 [batch, 2] y');
  });

  it('shows facts and notes, and no control characters of a file', async () => {
    const cwd = await temporaryProject({ ...workingPlugins(), ...HALF });
    const { out } = await runMain(cwd, ['inspect', 'models/half']);
    expect(out.replaceAll(/ +/g, ' ')).toContain('opset 17');
    expect(out).toContain('Note: one  [31mnote');
  });

  it('is JSON with --json', async () => {
    const cwd = await temporaryProject({ ...workingPlugins(), ...HALF });
    const { out } = await runMain(cwd, ['inspect', 'models/half/3', '--json']);
    expect(JSON.parse(out)).toEqual([
      {
        name: 'half',
        version: '3',
        platform: 'acme',
        path: `${cwd}/models/half/3`,
        signatures: {
          serving_default: {
            methodName: 'tensorflow/serving/predict',
            batching: 'rows',
            inputs: { x: { dtype: 'FP32', shape: ['batch', 2], graphName: 'x:0' } },
            outputs: { y: { dtype: 'FP32', shape: ['batch', 2], graphName: 'y' } },
            optionalInputs: [],
          },
        },
        facts: [],
        notes: [],
      },
    ]);
  });

  it.each([
    ['halff', /^error: 'halff' is no model of the config and no path: did you mean 'half'\?\n$/],
    ['zzzzzzzz', /models are half\n$/],
    ['models', /^error: No plugin recognizes \S+models: /],
  ])('says what is wrong with %s', async (subject, expected) => {
    const cwd = await temporaryProject({ ...workingPlugins(), ...HALF, 'serving.config.json': '{"models":[{"name":"half","path":"models/half"}]}' });
    const { code, err } = await runMain(cwd, ['inspect', subject]);
    expect(code).not.toBe(0);
    expect(err).toMatch(expected);
  });
});

describe('servable check', () => {
  const check = async (files: Record<string, string>, argv: readonly string[] = []): ReturnType<typeof runMain> =>
    runMain(await temporaryProject({ ...workingPlugins(), ...files }), ['check', ...argv]);

  it('finds no fault and says what it found', async () => {
    const { code, out } = await check(HALF, ['models']);
    expect(code).toBe(0);
    expect(out.replaceAll(/ +/g, ' ')).toContain('half 4 acme 3.0 MiB ok');
    expect(out).toMatch(/Note: half\/4: one {2}\[31mnote\nNo fault\n$/);
  });

  it('tells the faults of all models at once', async () => {
    const models = ['good', 'bad', 'gone', 'empty'].map((name) => ({ name, path: `models/${name}` }));
    const files = {
      'models/good/1/model.acme': '{}',
      'models/bad/1/model.acme': '{"fail":"weights are damaged"}',
      'models/empty/': '',
      'serving.config.json': JSON.stringify({ models: [...models, { name: 'two', path: 'models/two', versions: 'all' }] }),
      'models/two/1/other.txt': '',
      'models/two/2/model.acme': '{',
    };
    const { code, out } = await check(files);
    expect(code).toBe(1);
    expect(out).toContain('Fault: bad/1: weights are damaged');
    expect(out).toMatch(/Fault: gone: ENOENT/);
    expect(out).toMatch(/Fault: empty: no version at \S+models\/empty: name its folder as a number, such as \S+models\/empty\/1/);
    expect(out).toMatch(/Fault: two\/1: No plugin recognizes/);
    expect(out).toMatch(/Fault: two\/2: .*JSON/);
    expect(out).toMatch(/\n5 faults\n$/);
    expect(out.replaceAll(/ +/g, ' ')).toContain('good 1 acme 2.0 KiB ok');
  });

  it('loads nothing with --no-load', async () => {
    const { code } = await check({ 'models/bad/1/model.acme': '{"fail":"weights are damaged"}' }, ['models', '--no-load']);
    expect(code).toBe(0);
  });

  it('tells the faults of the config at once, as JSON too', async () => {
    const files = { 'serving.config.json': '{"modles":[],"rest":{"port":"x"}}' };
    const { code, out } = await check(files);
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => line.startsWith('Fault: serving.config.json:1:'))).toHaveLength(3);
    const json = JSON.parse((await check(files, ['--json'])).out);
    expect(json.ok).toBe(false);
    expect(json.faults.map((fault: { path: string }) => fault.path).sort()).toEqual(['models', 'modles', 'rest.port']);
    expect(json.faults.find((fault: { path: string }) => fault.path === 'modles').cure).toBe("Did you mean 'models'?");
  });

  it('takes a file that does not parse for a fault', async () => {
    const { code, out } = await check({ 'serving.config.yaml': 'a: [\n' });
    expect(code).toBe(1);
    expect(out).toMatch(/^Fault: \S+serving\.config\.yaml:2:1: .*\n1 fault\n$/);
  });

  it('runs the warm-up requests as serving does, unless they are off', async () => {
    const files = { 'models/half/1/model.acme': '{}', 'models/half/1/warmup.jsonl': '{"instances": "none"}' };
    const { code, out } = await check(files, ['models']);
    expect(code).toBe(1);
    expect(out).toMatch(/Fault: half\/1: Warm-up request line 1 of '\S+warmup\.jsonl' failed: /);
    expect((await check(files, ['models', '--no-warmup'])).code).toBe(0);
    expect((await check(files, ['models', '--no-load'])).code).toBe(0);
  });

  it('notes a label of a version that would not be served now', async () => {
    const model = { name: 'half', path: 'models/half', versions: { latest: 2 }, labels: { stable: 3, later: 5 } };
    const { code, out } = await check({ ...HALF, 'serving.config.json': JSON.stringify({ models: [model] }) });
    expect(code).toBe(0);
    expect(out).toContain("Note: half/4: Label 'later' is of version 5, which would not be served now: its requests would be refused\n");
    expect(out).not.toContain("Label 'stable'");
  });

  it('tells a path to a version from a path to a model', async () => {
    const { out } = await check({ ...HALF, 'serving.config.json': '{"models":[{"name":"inner","path":"models/half/3"}]}' });
    expect(out).toMatch(/Fault: inner: no version at \S+half\/3: it looks like a version itself; then its parent is the model's path, \S+models\/half\n/);
  });

  it('checks options when the files say the platform', async () => {
    const { out } = await check({
      'models/half/1/model.acme': '{}',
      'serving.config.json': '{"models":[{"name":"half","path":"models/half","options":{"thread":2}}]}',
    });
    expect(out).toContain("Fault: half/1: Options of 'half' do not fit platform 'acme': options.thread is not a known name (Did you mean 'threads'?)");
  });
});
