import type { Logger, Manager } from '@servable/core';
import type { ServerHealth } from './health.ts';
import type { Monitoring } from './metrics/monitoring.ts';
import type { Reloader } from './reload/reloader.ts';

/** What every protocol answers with. */
export interface ServedBy {
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly monitoring: Monitoring;
  readonly reloader: Reloader;
  /** Aborted when listeners are about to close. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}
