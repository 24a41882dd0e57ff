import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryProject, workingPlugins } from '../temporary-project.ts';
import { type StartedMain, startMain } from './run-main.ts';

const ANY_PORTS = ['--rest-port=0', '--grpc-port=0', '--host=127.0.0.1'];

interface Served extends StartedMain {
  readonly cwd: string;
  /** Writes a file as a deployment does: whole at once. */
  write(name: string, text: string): Promise<void>;
  /** Reloads, and resolves with the log lines that this made, when one of them says this. */
  reloaded(text: string | RegExp): Promise<string>;
  /** Resolves when the log says this. */
  logged(text: string | RegExp): Promise<void>;
  /** `200`, or what the error says. */
  predict(model: string): Promise<string>;
}

async function serve(files: Readonly<Record<string, string>>, argv: readonly string[] = []): Promise<Served> {
  const cwd = await temporaryProject({ ...workingPlugins(), ...files });
  const started = startMain(cwd, ['serve', ...ANY_PORTS, ...argv], { isLogging: true });
  onTestFinished(async () => {
    started.stop();
    await started.code;
  });
  await started.until('Ready:');
  const rest = /REST {2}(\S+)/.exec(started.out())?.[1] ?? '';
  const logged = (text: string | RegExp, from: number): Promise<void> =>
    vi.waitUntil(() => (typeof text === 'string' ? started.err().slice(from).includes(text) : text.test(started.err().slice(from))), { timeout: 15_000 }).then(() => undefined);
  return {
    ...started,
    cwd,
    async write(name, text) {
      const path = join(cwd, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    },
    async reloaded(text) {
      const from = started.err().length;
      started.reload();
      await logged(text, from);
      return started.err().slice(from);
    },
    logged: (text) => logged(text, 0),
    async predict(model) {
      const response = await fetch(`${rest}/v1/models/${model}:predict`, { method: 'POST', body: '{"instances": [[1.0, 2.0]]}' });
      return response.status === 200 ? '200' : await response.text();
    },
  };
}

const MODELS = { 'models/a/1/model.acme': '{}', 'models/b/1/model.acme': '{}' };
const jsonOf = (...models: readonly string[]): string => JSON.stringify({ models: models.map((name) => ({ name, path: `models/${name}` })) });

describe('SIGHUP takes a changed config over:', () => {
  const script = (...models: readonly string[]): string => `export default { models: ${JSON.stringify(models.map((name) => ({ name, path: `models/${name}` })))} };`;
  const yaml = (...models: readonly string[]): string => `models:\n${models.map((name) => `  - { name: ${name}, path: models/${name} }\n`).join('')}`;
  const models = (...names: readonly string[]): string =>
    `model_config_list { ${names.map((name) => `config { name: "${name}" base_path: "models/${name}" model_platform: "acme" }`).join(' ')} }`;

  it.each<[string, (...names: readonly string[]) => string, readonly string[]]>([
    ['serving.config.json', jsonOf, []],
    ['serving.config.yaml', yaml, []],
    ['serving.config.js', script, []],
    ['serving.config.ts', (...names) => `const x: number = 1;\n${script(...names)}\nexport { x };`, []],
    ['models.config', models, ['--model_config_file=models.config']],
  ])('%s', async (file, textOf, argv) => {
    const on = await serve({ ...MODELS, [file]: textOf('a') }, argv);
    expect(await on.predict('a')).toBe('200');
    await on.write(file, textOf('a', 'b'));
    await on.reloaded('The config was taken over: added: b');
    await vi.waitUntil(async () => (await on.predict('b')) === '200', { timeout: 15_000 });
    await on.write(file, textOf('b'));
    await on.reloaded('The config was taken over: removed: a');
    await vi.waitUntil(async () => (await on.predict('a')) !== '200', { timeout: 15_000 });
    expect(await on.predict('b')).toBe('200');
  });

  it('a folder of models', async () => {
    const on = await serve(MODELS, ['models']);
    await on.write('models/c/1/model.acme', '{}');
    await on.reloaded('The config was taken over: added: c');
    await vi.waitUntil(async () => (await on.predict('c')) === '200', { timeout: 15_000 });
  });

  it('and says what cannot change while the server runs', async () => {
    const on = await serve({ ...MODELS, 'serving.config.json': jsonOf('a') });
    await on.write('serving.config.json', JSON.stringify({ ...(JSON.parse(jsonOf('a', 'b')) as object), validation: 'strict', rest: { timeoutMs: 5 } }));
    const log = await on.reloaded('Restart the server to change rest, validation: this cannot change while it runs');
    expect(log).toContain('The config was taken over: added: b');
  });

  it('and closes the plugins that it made only to compare them', async () => {
    const on = await serve({ ...MODELS, 'serving.config.json': jsonOf('a') });
    const closed = (): unknown => Reflect.get(globalThis, 'acmeClosed') ?? 0;
    const before = Number(closed());
    await on.write('serving.config.json', jsonOf('a', 'b'));
    await on.reloaded('added: b');
    await vi.waitUntil(() => closed() === before + 1, { timeout: 15_000 });
    expect(await on.predict('a')).toBe('200');
  });
});

describe('a bad config is told in one line, and the running one stays:', () => {
  const PREFIX = 'The config was not taken over, the running one stays: ';

  it.each<[string, string, string]>([
    ['no JSON', '{"models": [', 'serving.config.json:1:12: Unexpected end of JSON input'],
    ['a wrong type', '{"models": 3}', 'serving.config.json:1:12: models is 3: must be a list of models. Write'],
    ['a wrong value', '{"models": [], "rest": {"port": 99999}}', 'serving.config.json:1:33: rest.port is 99999: must be a port: a whole number from 0 to 65535. Write 8501'],
    ['an unknown name', '{"modles": []}', "modles is not a known name. Did you mean 'models'?"],
    ['a platform that nobody has', '{"models": [{"name": "a", "path": "models/a", "platform": "acne"}]}', "models[0].platform is 'acne': no plugin serves this platform. Did you mean 'acme'?"],
    ['a model twice', '{"models": [{"name": "a", "path": "x"}, {"name": "a", "path": "y"}]}', "models[1].name is 'a': is the name of models[0] too. Give each model its own name"],
    ['a plugin that is not there', '{"plugins": ["no-plugin"], "models": []}', "Plugin 'no-plugin' is not installed"],
    ['a label that moves to a version that is not served', '{"models": [{"name": "a", "path": "models/a", "labels": {"stable": 2}}]}', 'Request to assign label to version 2 of model a, which is not currently available for inference'],
  ])('%s', async (_what, text, expected) => {
    const stable = '{"models": [{"name": "a", "path": "models/a", "labels": {"stable": 1}}]}';
    const on = await serve({ ...MODELS, 'serving.config.json': stable });
    await on.write('serving.config.json', text);
    const log = await on.reloaded(PREFIX);
    const lines = log.split('\n').filter((line) => line.includes(PREFIX)).map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(expected);
    expect(await on.predict('a')).toBe('200');
    // What is right again is taken over.
    await on.write('serving.config.json', jsonOf('a', 'b'));
    await on.reloaded('The config was taken over: added: b');
  });

  it('a script that does not run', async () => {
    const on = await serve({ ...MODELS, 'serving.config.mjs': `export default ${jsonOf('a')};` });
    await on.write('serving.config.mjs', 'export default {\n  models: [}\n};');
    const log = await on.reloaded(PREFIX);
    expect(log).toMatch(/serving\.config\.mjs:2:\d+: /);
    expect(await on.predict('a')).toBe('200');
  });

  it('a models.config', async () => {
    const on = await serve({ ...MODELS, 'models.config': 'model_config_list { config { name: "a" base_path: "models/a" } }' }, ['--model_config_file=models.config']);
    await on.write('models.config', 'model_config_list {\n  config { name: "a" bas_path: "models/a" }\n}');
    expect(await on.reloaded(PREFIX)).toContain(`models.config:2:22: Message type \\"tensorflow.serving.ModelConfig\\" has no field named \\"bas_path\\". Did you mean 'base_path'?`);
    expect(await on.predict('a')).toBe('200');
  });
});

describe('polling', () => {
  it('takes over a changed file, and tells a bad one once', async () => {
    const on = await serve({ ...MODELS, 'serving.config.json': jsonOf('a') }, ['--reload-poll-interval-ms=10']);
    await on.write('serving.config.json', jsonOf('a', 'b'));
    await on.logged('The config was taken over: added: b');
    await on.write('serving.config.json', '{"models": 3}');
    await on.logged('models is 3');
    await on.write('serving.config.json', '{"models": 4}');
    await on.logged('models is 4');
    expect(on.err().split('models is 3')).toHaveLength(2);
    await on.write('serving.config.json', jsonOf('b'));
    await on.logged('The config was taken over: removed: a');
    expect(await on.predict('b')).toBe('200');
  });

  it("is TensorFlow Serving's flag too", async () => {
    const list = (name: string): string => `model_config_list { config { name: "${name}" base_path: "models/${name}" model_platform: "acme" } }`;
    const on = await serve({ ...MODELS, 'models.config': list('a') }, ['--model_config_file=models.config', '--model_config_file_poll_wait_seconds=1']);
    await on.write('models.config', list('b'));
    await on.logged('The config was taken over: added: b; removed: a');
  });
});
