import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkLibraryFile } from '../../src/native/check-library-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'library-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that is whole, and for this machine: what runs these tests. */
const whole = process.execPath;
const start = readFileSync(whole).subarray(0, 64 * 1024);

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function forMachine(machine: number): Uint8Array {
  const bytes = Buffer.from(start);
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

describe.skipIf(process.platform !== 'linux')('a library file', () => {
  it('is taken when it is whole', () => {
    expect(() => checkLibraryFile(whole)).not.toThrow();
  });

  it.each([
    ['empty', new Uint8Array(0), /'.*empty' is empty/],
    ['text', Buffer.from('version https://git-lfs.github.com/spec/v1\n'.repeat(3)), /is no 64-bit ELF library/],
    ['short', start.subarray(0, 20), /is no 64-bit ELF library/],
    ['foreign', forMachine(0xf3), /is made for another processor \(ELF machine 243\) than this one/],
    ['cut', start, /is cut short: it has 65536 bytes and needs \d{6,}/],
  ])('is refused, with the reason: %s', (name, bytes, reason) => {
    expect(() => checkLibraryFile(file(name, bytes))).toThrow(reason);
  });

  it('is refused when it is not there', () => {
    expect(() => checkLibraryFile(join(folder, 'nowhere'))).toThrow(/ENOENT.*nowhere/);
  });
});
