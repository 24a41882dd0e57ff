import { type ModelToWrite, proveRowIndependence, type ProvenNames, readGraphFile, type RowOutput, rowOutputs, type WeightFile } from '@servable/onnx-graph';

/** Weights of at least this many bytes are kept beside the graph, where ONNX Runtime maps them into memory. */
export const EXTERNAL_FROM: number = 2 ** 16;

/** Where a signature's graph is written, or its segments, whose names begin as `file` does. */
export interface GraphPlace {
  readonly folder: string;
  readonly file: string;
  /** For the weights of all graphs of the folder. */
  readonly weights: WeightFile;
  readonly signal: AbortSignal;
}

/** Of what was written, as any other model's file: what is proven is what runs. */
export async function provesRows(path: string, names: ProvenNames, signal: AbortSignal): Promise<boolean> {
  return proveRowIndependence(await readGraphFile(path, signal), names).isProven;
}

/** What is proven of each output, where not all need be rows. */
export async function provenOutputs(path: string, names: ProvenNames, signal: AbortSignal): Promise<ReadonlyMap<string, RowOutput>> {
  return rowOutputs(await readGraphFile(path, signal), names);
}

/** Whether equal inputs may take any time. */
export function hasLoops({ graph }: ModelToWrite): boolean {
  return graph.nodes.some(({ operator }) => ['If', 'Loop', 'Scan'].includes(operator));
}
