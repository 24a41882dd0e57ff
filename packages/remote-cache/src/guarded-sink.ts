import { type AspiredSink, messageOf, type SourceContext } from '@servable/core';

/** A sink that can be shut for good, and whose errors (the server is shutting down) do not come back to the source. */
export class GuardedSink implements AspiredSink {
  readonly #context: SourceContext;
  #isShut = false;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  shut(): void {
    this.#isShut = true;
  }

  aspire(...set: Parameters<AspiredSink['aspire']>): void {
    this.#call(() => this.#context.sink.aspire(...set));
  }

  report(...fault: Parameters<AspiredSink['report']>): void {
    this.#call(() => this.#context.sink.report(...fault));
  }

  #call(act: () => void): void {
    if (this.#isShut) return;
    try {
      act();
    } catch (error) {
      this.#context.logger.error({ err: error }, `What this source found could not be taken: ${messageOf(error)}`);
    }
  }
}
