import { describe, expect, it } from 'vitest';
import { defineErrors, messageOf, servableError, ServingError } from '../src/index.ts';

const tableError = defineErrors<{ ACME_EMPTY: [path: string, rows: number] }>({
  ACME_EMPTY: { status: 'INVALID_ARGUMENT', message: (path, rows) => `Table '${path}' has ${rows} rows` },
});

it('makes errors of a table, with code, status, arguments, text and cause', () => {
  const cause = new Error('disk');
  const error = tableError('ACME_EMPTY', ['/x', 0], { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'ServingError',
    code: 'ACME_EMPTY',
    status: 'INVALID_ARGUMENT',
    args: ['/x', 0],
    message: "Table '/x' has 0 rows",
    cause,
  });
  expect('cause' in tableError('ACME_EMPTY', ['/x', 0])).toBe(false);
});

describe('ServingError.is', () => {
  it('knows an error of another installed copy', () => {
    const copy = Object.assign(new Error('x'), { code: 'ACME', status: 'INTERNAL', args: [] });
    Object.defineProperty(copy, Symbol.for('@servable/core.ServingError'), { value: true });
    expect(ServingError.is(copy)).toBe(true);
    expect(ServingError.from(copy)).toBe(copy);
  });

  it.each([undefined, null, 'text', 1, {}, new Error('x'), { code: 'SRV_INTERNAL', status: 'INTERNAL', args: [] }])('refuses %o', (value) => {
    expect(ServingError.is(value)).toBe(false);
  });
});

describe('ServingError.from', () => {
  it('keeps a ServingError', () => {
    const error = servableError('SRV_MANAGER_CLOSED', []);
    expect(ServingError.from(error)).toBe(error);
  });

  it.each([
    [new TypeError('no such thing'), 'no such thing'],
    ['text', 'text'],
    [Object.create(null), 'an object that has no text'],
  ])('wraps %o with its text', (thrown, text) => {
    expect(ServingError.from(thrown)).toMatchObject({ code: 'SRV_INTERNAL', status: 'INTERNAL', args: [text], cause: thrown });
  });

  it('wraps undefined, which is no cause', () => {
    expect(ServingError.from(undefined)).toMatchObject({ code: 'SRV_INTERNAL', args: ['undefined'] });
  });
});

it('has a text for anything that can be thrown', () => {
  expect(messageOf(new Error('a'))).toBe('a');
  expect(messageOf(Symbol('b'))).toBe('Symbol(b)');
  expect(messageOf({ toString: () => { throw new Error('c'); } })).toBe('an object that has no text');
});
