import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LibraryEnvironment, libraryEnvironment } from '../../src/config/library-environment.ts';
import { findLibrary } from '../../src/library/find-library.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'libtensorflow-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const GPU = 'node_modules/@tensorflow/tfjs-node-gpu';
const CPU = 'node_modules/@tensorflow/tfjs-node';
const WHEEL = '.venv/lib/python3.11/site-packages/tensorflow';

function lay(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
}

const npmLibrary = (name: string): string[] => ['libtensorflow.so.2', 'libtensorflow_framework.so.2'].map((file) => `${name}/deps/lib/${file}`);
const wheelLibrary = (place = WHEEL): string[] => ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((file) => `${place}/${file}`);

const environment = (changes: Partial<LibraryEnvironment> = {}): LibraryEnvironment => ({ library: undefined, pythonFolders: [], home: folder, ...changes });
const search = (options: Parameters<typeof findLibrary>[0] = {}): ReturnType<typeof findLibrary> => findLibrary({ folder: join(folder, 'app/config'), environment: environment(), ...options });
const fault = (options: Parameters<typeof findLibrary>[0] = {}): unknown => {
  try {
    return search(options);
  } catch (error) {
    return error;
  }
};

describe('the order of places', () => {
  it.each([
    ['@tensorflow/tfjs-node-gpu', `${GPU}/deps/lib/libtensorflow.so.2`, [...npmLibrary(GPU), ...npmLibrary(CPU), ...wheelLibrary()]],
    ['@tensorflow/tfjs-node', `${CPU}/deps/lib/libtensorflow.so.2`, [...npmLibrary(CPU), ...wheelLibrary()]],
    ['Python wheel', `${WHEEL}/libtensorflow_cc.so.2`, wheelLibrary()],
    ['Python wheel', '.local/lib/python3.12/site-packages/tensorflow/libtensorflow_cc.so.2', wheelLibrary('.local/lib/python3.12/site-packages/tensorflow')],
  ])('finds %s', (origin, main, files) => {
    lay(...files);
    expect(search()).toMatchObject({ origin, files: { main: join(folder, main) } });
  });

  it('takes what the environment names before all of these, and the path before that', () => {
    lay(...npmLibrary(GPU), ...wheelLibrary('a'), ...wheelLibrary('b'));
    const named = environment({ library: join(folder, 'a') });
    expect(search({ environment: named })).toMatchObject({ origin: 'SERVABLE_LIBTENSORFLOW', files: { main: join(folder, 'a/libtensorflow_cc.so.2') } });
    expect(search({ environment: named, path: join(folder, 'b') })).toMatchObject({ origin: 'engine.path', files: { main: join(folder, 'b/libtensorflow_cc.so.2') } });
  });

  it('takes the wheel of an active environment before others', () => {
    lay(...wheelLibrary(), ...wheelLibrary('active/lib/python3.10/site-packages/tensorflow'));
    const active = environment({ pythonFolders: [join(folder, 'active')] });
    expect(search({ environment: active }).files.main).toContain('/active/');
  });
});

it.each([
  ['a library', `${WHEEL}/libtensorflow_cc.so.2`],
  ['its folder', WHEEL],
  ['site-packages', dirname(WHEEL)],
])('a path may be %s', (_, path) => {
  lay(...wheelLibrary());
  expect(search({ path: join(folder, path) }).files.framework).toBe(join(folder, WHEEL, 'libtensorflow_framework.so.2'));
});

it('a path may be an npm package, and one whose library is a link', () => {
  lay(...wheelLibrary(), `${GPU}/package.json`);
  mkdirSync(join(folder, GPU, 'deps/lib'), { recursive: true });
  symlinkSync(join(folder, WHEEL, 'libtensorflow_cc.so.2'), join(folder, GPU, 'deps/lib/libtensorflow.so.2'));
  symlinkSync(join(folder, WHEEL, 'libtensorflow_framework.so.2'), join(folder, GPU, 'deps/lib/libtensorflow_framework.so.2'));
  expect(search({ path: join(folder, GPU) }).files.main).toBe(join(folder, GPU, 'deps/lib/libtensorflow.so.2'));
});

describe('what is half there', () => {
  it('is told with the cure when npm has blocked the install step', () => {
    lay(`${GPU}/package.json`);
    expect(fault()).toMatchObject({ code: 'SRV_TENSORFLOW_LIBRARY_MISSING', status: 'FAILED_PRECONDITION' });
    expect(String(fault())).toMatch(/tfjs-node-gpu at '.*' is installed without it .*npm did not run its install step. Allow it, and run 'npm rebuild @tensorflow\/tfjs-node-gpu'/);
  });

  it('does not hide what is whole further on', () => {
    lay(`${GPU}/package.json`, ...npmLibrary(CPU));
    expect(search().origin).toBe('@tensorflow/tfjs-node');
  });

  it.each([
    ['libtensorflow_framework.so.2', /'.*libtensorflow_framework.so.2' is there, but no 'libtensorflow_cc.so.2' or/],
    ['libtensorflow_cc.so.2', /'.*libtensorflow_framework.so.2' is missing/],
  ])('names the file that %s lacks', (present, message) => {
    lay(`lib/${present}`);
    expect(String(fault({ path: join(folder, 'lib') }))).toMatch(message);
  });

  it('names a path that leads nowhere, and a link that does', () => {
    expect(String(fault({ path: join(folder, 'nowhere') }))).toMatch(/engine.path says '.*nowhere', but there is no such file or folder/);
    expect(String(fault({ environment: environment({ library: '/nowhere' }) }))).toMatch(/SERVABLE_LIBTENSORFLOW says '\/nowhere'/);
    mkdirSync(join(folder, 'links'));
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) symlinkSync('/nowhere/at/all', join(folder, 'links', name));
    expect(String(fault({ path: join(folder, 'links') }))).toMatch(/there is no 'libtensorflow_cc.so.2'/);
  });
});

it('reads the environment, where empty is nothing', () => {
  expect(libraryEnvironment({ SERVABLE_LIBTENSORFLOW: '/lib', VIRTUAL_ENV: '/venv', HOME: '/me' })).toEqual({ library: '/lib', pythonFolders: ['/venv'], home: '/me' });
  expect(libraryEnvironment({ SERVABLE_LIBTENSORFLOW: '', VIRTUAL_ENV: '' })).toEqual({ library: undefined, pythonFolders: [], home: undefined });
});
