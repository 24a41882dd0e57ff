import { parseModelName } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { resolveBasePath } from '../src/base-path.ts';
import { splitPath } from '../src/path-walk.ts';

const resolve = (path: string, platform: NodeJS.Platform): string =>
  resolveBasePath({ name: parseModelName('m'), path, selector: { kind: 'all' } }, platform);

describe('on Windows', () => {
  it.each([
    ['C:\\models\\mnist', 'C:\\models\\mnist'],
    ['C:/models/mnist/', 'C:\\models\\mnist'],
    ['c:\\models\\..\\tables\\.\\users', 'c:\\tables\\users'],
    ['\\\\server\\share\\models', '\\\\server\\share\\models'],
    ['//server/share/models', '\\\\server\\share\\models'],
    ['file:///C:/models/a%20b/%E6%97%A5%E6%9C%AC', 'C:\\models\\a b\\日本'],
    ['FILE:///c:/models', 'c:\\models'],
    ['file://server/share/models', '\\\\server\\share\\models'],
    ['C:\\日本 語\\%20', 'C:\\日本 語\\%20'],
  ])('the path %s means %s', (path, expected) => {
    expect(resolve(path, 'win32')).toBe(expected);
  });

  it.each(['file:///models', 'file:///C:/a%2Fb', 'file:///C:/a%5Cb'])('the path %s makes no sense', (path) => {
    expect(() => resolve(path, 'win32')).toThrow(expect.objectContaining({ code: 'SRV_FS_PATH_INVALID' }));
  });

  it('both slashes separate names', () => {
    expect(splitPath('models\\mnist/1\\\\x/./y', 'win32')).toEqual(['models', 'mnist', '1', 'x', 'y']);
  });
});

describe('elsewhere', () => {
  it.each([
    ['/models/mnist/', '/models/mnist'],
    ['/models/C:\\mnist', '/models/C:\\mnist'],
    ['file:///models/a%20b', '/models/a b'],
  ])('the path %s means %s', (path, expected) => {
    expect(resolve(path, 'linux')).toBe(expected);
  });

  it('a backslash is part of a name', () => {
    expect(splitPath('/models/a\\b//1', 'linux')).toEqual(['models', 'a\\b', '1']);
  });
});
