import { describe, expect, it } from 'vitest';
import { toServableRequest } from '../src/model-spec.ts';
import { grpcStatusOf } from '../src/grpc-v1/error.ts';

const spec = { name: 'm', signatureName: '' };

describe('toServableRequest', () => {
  it.each([
    [spec, { kind: 'latest', name: 'm' }],
    [{ ...spec, version: 0n }, { kind: 'version', name: 'm', version: 0n }],
    [{ ...spec, version: -1n }, { kind: 'version', name: 'm', version: -1n }],
    [{ ...spec, versionLabel: 'canary' }, { kind: 'label', name: 'm', label: 'canary' }],
    [{ ...spec, versionLabel: '' }, { kind: 'label', name: 'm', label: '' }],
  ])('asks for what %o means', (modelSpec, request) => {
    expect(toServableRequest(modelSpec)).toEqual(request);
  });

  it.each([
    [undefined, 'Missing ModelSpec'],
    [{ ...spec, name: '' }, 'ModelSpec has no name specified.'],
  ])('refuses %o in the words of TensorFlow Serving', (modelSpec, details) => {
    const statusOf = (): unknown => {
      try {
        return toServableRequest(modelSpec);
      } catch (error) {
        return grpcStatusOf(error);
      }
    };
    expect(statusOf()).toEqual({ code: 3, details });
  });
});
