import { describe, expect, it } from 'vitest';
import { collisionFault, localNameFault } from '../src/local-name.ts';

describe('on every system', () => {
  it.each(['model.onnx', 'variables/variables.index', 'assets/日本 語.txt', 'a b/c%20d', '..a/b..', '...', 'a\u0301', 'x'.repeat(255), '\u{1f600}'])('%j can be a file', (name) => {
    expect(localNameFault(name, 'linux')).toBeUndefined();
  });

  it.each(['../up', 'a/../b', './a', 'a/.', '/absolute', 'a//b', 'a/', 'a\0b', 'x'.repeat(256), '語'.repeat(86), 'half\ud800', '\udc00/x', `${'x/'.repeat(1024)}y`])('%j cannot', (name) => {
    expect(localNameFault(name, 'linux')).toBeDefined();
    expect(localNameFault(name, 'win32')).toBeDefined();
  });
});

// Source: Microsoft, "Naming Files, Paths, and Namespaces".
describe('on Windows only', () => {
  it.each(['a\\b', 'c:', 'c:/x', 'a<b', 'a>b', 'a"b', 'a|b', 'a?b', 'a*b', 'a\u0001b', 'dot.', 'space ', 'con', 'NUL.txt', 'aux/x', 'COM1', 'lpt9.bin', 'COM¹'])(
    '%j cannot be a file',
    (name) => {
      expect(localNameFault(name, 'win32')).toBeDefined();
      expect(localNameFault(name, 'linux')).toBeUndefined();
    },
  );

  it.each(['context', 'console.txt', 'com10', 'a.con', 'lpt', '.hidden'])('%j can', (name) => {
    expect(localNameFault(name, 'win32')).toBeUndefined();
  });
});

it.each([
  [['a', 'b/c'], undefined, undefined],
  [['a', 'a/b'], 'a/b', 'a/b'],
  [['a/b/c', 'a/b'], 'a/b/c', 'a/b/c'],
  [['Model', 'model'], undefined, 'model'],
  [['A', 'a/b'], undefined, 'a/b'],
])('of %j, it names the file that another stands in the way of', (names, onLinux, onWindows) => {
  expect(collisionFault(names, 'linux')?.name).toBe(onLinux);
  expect(collisionFault(names, 'win32')?.name).toBe(onWindows);
  expect(collisionFault(names, 'darwin')?.name).toBe(onWindows);
});
