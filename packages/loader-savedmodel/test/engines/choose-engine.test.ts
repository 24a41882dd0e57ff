import { expect, it } from 'vitest';
import { chooseEngine, type OfferedEngine, whyNot } from '../../src/engines/choose-engine.ts';
import { FakeEngine } from '../plugin/fake-engine.ts';

const offered = (name: 'onnx' | 'tensorflow', refused: readonly string[], unavailable?: string): OfferedEngine => ({
  engine: new FakeEngine(name),
  offer: { unavailable, refused: new Map(refused.map((signature) => [signature, 'op Foo'])), detail: '' },
});

it.each([
  ['the first that runs everything', [offered('onnx', []), offered('tensorflow', [])], 2, 'onnx'],
  ['one that runs everything over one that does not', [offered('onnx', ['a']), offered('tensorflow', [])], 2, 'tensorflow'],
  ['one that runs a part when the other is not there', [offered('onnx', ['a']), offered('tensorflow', [], 'no library')], 2, 'onnx'],
  ['none when nothing runs', [offered('onnx', ['a', 'b']), offered('tensorflow', [], 'no library')], 2, undefined],
  ['any for a model without signatures', [offered('tensorflow', [])], 0, 'tensorflow'],
] as const)('takes %s', (_, engines, signatures, expected) => {
  expect(chooseEngine(engines, signatures)?.engine.name).toBe(expected);
});

it('says why an engine was not taken', () => {
  expect(whyNot(offered('onnx', ['a', 'b']))).toBe("engine 'onnx': 'a': op Foo; 'b': op Foo");
  expect(whyNot(offered('tensorflow', [], 'no library'))).toBe("engine 'tensorflow': no library");
});
