import { parseModelName, parseVersion, servableError, type ServableState } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { selectModelStates, versionStatusOf } from '../src/model-status.ts';

const states: readonly ServableState[] = [2, 10, -1].map((version) => ({
  id: { name: parseModelName('m'), version: parseVersion(version) },
  state: 'ready',
}));
const spec = { name: 'm', signatureName: '' };
const versions = (found: readonly ServableState[]) => found.map((state) => state.id.version);

describe('selectModelStates', () => {
  it('gives all versions, highest first, and does not look at a label', () => {
    expect(versions(selectModelStates(spec, states))).toEqual([10n, 2n, -1n]);
    expect(versions(selectModelStates({ ...spec, versionLabel: 'x' }, states))).toEqual([10n, 2n, -1n]);
  });

  it('gives the version that is named', () => {
    expect(versions(selectModelStates({ ...spec, version: 2n }, states))).toEqual([2n]);
  });

  it.each([
    [undefined, states, 'SRV_MODEL_SPEC_MISSING', 'INVALID_ARGUMENT', 'Missing ModelSpec'],
    [spec, [], 'SRV_MODEL_STATUS_NOT_FOUND', 'NOT_FOUND', 'Could not find any versions of model m'],
    [{ ...spec, name: '' }, [], 'SRV_MODEL_STATUS_NOT_FOUND', 'NOT_FOUND', 'Could not find any versions of model '],
    [{ ...spec, version: 3n }, states, 'SRV_VERSION_STATUS_NOT_FOUND', 'NOT_FOUND', 'Could not find version 3 of model m'],
  ])('refuses %o of %o', (modelSpec, known, code, status, message) => {
    expect(() => selectModelStates(modelSpec, known)).toThrow(expect.objectContaining({ code, status, message }));
  });
});

describe('versionStatusOf', () => {
  it('says why a version ended', () => {
    const error = servableError('SRV_LOAD_FAILED', ['m', '2', 'no such file']);
    expect(versionStatusOf({ id: { name: parseModelName('m'), version: parseVersion(2) }, state: 'ended', error })).toEqual({
      version: 2n,
      state: { name: 'END', number: 50 },
      errorCode: 'UNKNOWN',
      errorMessage: 'Cannot load m/2: no such file',
    });
  });
});
