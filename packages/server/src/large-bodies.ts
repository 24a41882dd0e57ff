/** Above this, JSON is read and tensors are written a slice at a time: it takes longer than others should wait. */
const MAX_BYTES_AT_ONCE = 2 ** 20;

export function isLarge(byteLength: number): boolean {
  return byteLength > MAX_BYTES_AT_ONCE;
}

/** Lets others have their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((go) => {
    setImmediate(go);
  });
}
