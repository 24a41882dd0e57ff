import type { Matrix } from '../storage/matrix.ts';
import { type WasmMemory, webAssembly } from '../storage/web-assembly.ts';
import { KERNEL_BASE64 } from './kernel-binary.ts';

/** Places in the memory, in bytes, and counts. */
export type BlockScores = (rows: number, count: number, stride: number, query: number, out: number, scales: number) => void;

type KernelName = `${'dot' | 'l2'}${Matrix['dtype']}`;

/** The kernel's functions over one memory. `kernel.wat` says what they do. */
export type Kernel = Readonly<Record<KernelName, BlockScores>>;

/** Compiles once, and makes the functions for each memory. */
export function createKernels(memories: readonly WasmMemory[]): readonly Kernel[] {
  const module = new webAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
  return memories.map((memory) => new webAssembly.Instance(module, { table: { memory } }).exports as Kernel);
}
