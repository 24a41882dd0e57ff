import type { Address } from '@servable/engine-threads/native';
import type { AnswerWriter } from './answer-writer.ts';
import type { OrtApi } from './ort-api.ts';
import type { PlannedOutput } from './run-plan.ts';

/** Adds one output of a run to its answer. @throws OrtFault */
export function writeOutput(api: OrtApi, answer: AnswerWriter, output: PlannedOutput, value: Address): void {
  const { form, type, keyType } = output;
  if (form === 'tensor') return answer.addTensor(value);
  withElements(api, value, (elements) => {
    if (form === 'stack') return answer.addStack(elements, type);
    if (form === 'map') return answer.addMap(elements);
    withMaps(api, elements, (maps) => answer.addMaps(maps, { type, keyType }));
  });
}

/** Elements of a sequence, or keys and values of a map; freed afterwards. */
function withElements(api: OrtApi, value: Address, use: (elements: readonly Address[]) => void): void {
  const elements: Address[] = [];
  try {
    const count = api.outNumber('getValueCount', value);
    for (let index = 0; index < count; index++) elements.push(api.out('getValue', value, index, api.allocator));
    use(elements);
  } finally {
    for (const element of elements) api.release('releaseValue', element);
  }
}

function withMaps(api: OrtApi, maps: readonly Address[], use: (maps: readonly (readonly Address[])[]) => void): void {
  const opened: Address[][] = [];
  try {
    for (const map of maps) {
      const parts: Address[] = [];
      opened.push(parts);
      for (const part of [0, 1]) parts.push(api.out('getValue', map, part, api.allocator));
    }
    use(opened);
  } finally {
    for (const part of opened.flat()) api.release('releaseValue', part);
  }
}
