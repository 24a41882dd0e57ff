import { type HostFamily, bytesOf, hostInput, hostOp } from '../host-op.ts';

/** How long each string is, in bytes or in characters. */
const stringLength = hostOp<{ readonly unit: string }>({
  plan: (call) => {
    const { shape } = hostInput(call, 0);
    return { attributes: { unit: call.attributes.text('unit', 'BYTE') }, outputs: [{ dtype: 'INT32', shape }], keepsRows: true };
  },
  prepare: ({ unit }) => {
    const lengthOf = unit === 'UTF8_CHAR' ? charactersOf : (text: Uint8Array): number => text.length;
    return ([input]) => [{ dtype: 'INT32', shape: input?.shape ?? [], data: Int32Array.from(bytesOf(input), lengthOf) }];
  },
});

/** Bytes that begin a character, or stand alone: all but those that continue one. */
function charactersOf(text: Uint8Array): number {
  let count = 0;
  for (const byte of text) if ((byte & 0xc0) !== 0x80) count++;
  return count;
}

/** What is told of strings, and made of them. */
export const STRINGS: HostFamily = {
  title: 'Strings',
  ops: { StringLength: stringLength },
};
