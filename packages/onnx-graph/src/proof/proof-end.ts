/** Why the batch axis cannot be followed any further. Thrown by rules, kept beside the values they would have made. */
export class ProofEnd extends Error {
  /**
   * Whether it also holds for inputs that do not depend on the batch: the node answers otherwise from run to run, or what
   * it makes cannot be followed.
   */
  readonly isFinal: boolean;

  constructor(reason: string, isFinal: boolean = false) {
    super(reason);
    this.isFinal = isFinal;
  }
}

export function ends(reason: string, isFinal: boolean = false): ProofEnd {
  return new ProofEnd(reason, isFinal);
}
