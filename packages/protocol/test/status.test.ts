import { Code } from '@servable/protos/tensorflow';
import { expect, it } from 'vitest';
import { STATUS_NUMBERS } from '../src/status.ts';

it('numbers every status as error_codes.proto does', () => {
  const declared = Object.entries(Code).filter(([name]) => !name.startsWith('DO_NOT_USE'));
  expect(declared).toHaveLength(17);
  expect(Object.fromEntries(Object.entries(STATUS_NUMBERS).map(([name, { grpc }]) => [name, grpc]))).toEqual(Object.fromEntries(declared));
});
