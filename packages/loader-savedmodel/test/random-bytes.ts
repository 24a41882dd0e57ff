/** A row of numbers that is the same at every run. Source: G. Marsaglia, "Xorshift RNGs". */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export type Random = ReturnType<typeof randomOf>;

/** One byte, or a few, or a piece cut out or put twice. */
export function mutated(bytes: Uint8Array, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random(copy.length);
  switch (random(8)) {
    case 0:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + random(8))]);
    case 1:
      return Buffer.concat([copy.subarray(0, at + random(16)), copy.subarray(at)]);
    case 2:
      return copy.subarray(0, at);
    case 3:
      for (let flip = 0; flip < 4; flip++) copy[random(copy.length)] = random(256);
      return copy;
    default:
      copy[at] = (copy[at] ?? 0) ^ (1 + random(255));
      return copy;
  }
}
