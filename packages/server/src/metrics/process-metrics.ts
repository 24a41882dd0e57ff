import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

const MICROS = 1e6;
const NANOS = 1e9;
const LAG_RESOLUTION_MS = 10;

/**
 * Metrics of the process, by the names that prom-client's own have and dashboards for Node know. Its own cannot be closed.
 *
 * @returns stops watching the event loop
 */
export function addProcessMetrics(registry: Registry): () => void {
  addCpu(registry);
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(new Gauge({ name, help, registers: [], collect() { this.set(read()); } }));
  };
  gauge('process_start_time_seconds', 'When the process started, in seconds since 1970', () => Math.round(performance.timeOrigin / 1000));
  gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_total_bytes', 'Size of the JavaScript heap', () => process.memoryUsage().heapTotal);
  gauge('nodejs_heap_size_used_bytes', 'Used part of the JavaScript heap', () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', 'Memory of buffers and native objects that JavaScript holds', () => process.memoryUsage().external);
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  addLag(registry, lag);
  return () => void lag.disable();
}

function addCpu(registry: Registry): void {
  let before = { user: 0, system: 0 };
  const help = 'CPU time of the process';
  const user = new Counter({ name: 'process_cpu_user_seconds_total', help: `${help} in its own code`, registers: [] });
  const system = new Counter({ name: 'process_cpu_system_seconds_total', help: `${help} in the system`, registers: [] });
  const total = new Counter({
    name: 'process_cpu_seconds_total',
    help,
    registers: [],
    collect() {
      const now = process.cpuUsage();
      user.inc((now.user - before.user) / MICROS);
      system.inc((now.system - before.system) / MICROS);
      this.inc((now.user + now.system - before.user - before.system) / MICROS);
      before = now;
    },
  });
  // First, because it counts for the other two.
  for (const metric of [total, user, system]) registry.registerMetric(metric);
}

/** What a timer was late. Each time somebody asks it begins anew. */
function addLag(registry: Registry, lag: ReturnType<typeof monitorEventLoopDelay>): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    registry.registerMetric(
      new Gauge({ name: `nodejs_eventloop_lag_${name}_seconds`, help, registers: [], collect() { this.set(finite(read() / NANOS)); } }),
    );
  gauge('mean', 'Mean lag of the event loop since the last scrape', () => lag.mean);
  gauge('p50', 'Median lag of the event loop since the last scrape', () => lag.percentile(50));
  gauge('p90', '90th percentile of the lag since the last scrape', () => lag.percentile(90));
  gauge('p99', '99th percentile of the lag since the last scrape', () => lag.percentile(99));
  // Last: metrics are collected in the order they were made.
  gauge('max', 'Largest lag of the event loop since the last scrape', () => {
    const { max } = lag;
    lag.reset();
    return max;
  });
}

/** Nothing was measured yet. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
