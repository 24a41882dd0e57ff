export { alignUp, allocateSlot, ANSWER_AT, INPUTS_AT, NUMBER_BYTES, Slot } from './slot.ts';
export { AnswerSheet, type SlotResult, type SpilledTensor, type WrittenTensor } from './answer-sheet.ts';
export { type Address, allocateText, freeText, type NativeFunction, type NativeMemory, openMemory, preloadLibrary, textAt, viewMemory } from './native-memory.ts';
export { NativeFault } from './native-fault.ts';
export { NativeNames } from './native-names.ts';
export { NativeWords } from './native-words.ts';
export { type RunnerOfSlot, serveThread, type ThreadHost } from './serve-thread.ts';
export type { ThreadData, ThreadPlan, ThreadReply, ThreadRequest, ThreadTypes } from './thread-messages.ts';
