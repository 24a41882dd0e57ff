/** Where a value came from; a layer wins over those after it. */
export type ConfigLayer = 'flag' | 'environment' | 'file' | 'default';

/** One thing that is wrong with a config. */
export interface ConfigFault {
  readonly layer: ConfigLayer;
  /** What to look for: `models[1].versions.latest`, `--rest-port`, `SERVABLE_REST_PORT`; empty for the whole file. */
  readonly path: string;
  /** The value as it was found, shortened; `undefined` when there is none. */
  readonly found: string | undefined;
  /** Continues "`path` is `found`: ". */
  readonly problem: string;
  /** What to do, as a sentence without a full stop. */
  readonly cure: string;
  /** `file:line:column`, as far as it is known. */
  readonly location?: string;
}

/** `serving.config.yaml:7:5: models[1].versions.latest is 0: must be a whole number of 1 or more. Write 1`. One line. */
export function formatFault(fault: ConfigFault): string {
  const where = fault.location === undefined ? '' : `${fault.location}: `;
  const subject = [fault.path, fault.found === undefined ? '' : `is ${fault.found}`].filter((part) => part !== '').join(' ');
  const problem = fault.found === undefined ? ` ${fault.problem}` : `: ${fault.problem}`;
  const cure = fault.cure === '' ? '' : `. ${fault.cure}`;
  return `${where}${(subject + problem).trim()}${cure}`;
}

/** All faults, one a line. */
export function formatFaults(faults: readonly ConfigFault[]): string {
  return faults.map(formatFault).join('\n');
}
