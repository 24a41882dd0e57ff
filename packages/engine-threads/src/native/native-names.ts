import { type Address, allocateText, freeText } from './native-memory.ts';

/** Names as C strings, each once; freed together. They may be read by every thread of the process. */
export class NativeNames {
  readonly #addresses = new Map<string, Address>();

  addressOf(name: string): Address {
    const address = this.#addresses.get(name) ?? allocateText(name);
    this.#addresses.set(name, address);
    return address;
  }

  free(): void {
    for (const address of this.#addresses.values()) freeText(address);
    this.#addresses.clear();
  }
}
