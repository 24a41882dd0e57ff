import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

type ReadText = (path: string) => string | undefined;

/**
 * How many CPUs this process may use: the smaller of the CPUs it may be scheduled on and its control group's quota,
 * rounded up, at least 1. A container with half a CPU on a machine of 64 gets 1.
 */
export function availableCpus(): number {
  const quota = cgroupCpuQuota(readText);
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(quota)));
}

/**
 * The quota of control groups, version 2 or 1, in CPUs; `Infinity` when there is none. Every parent's quota counts, and
 * so does the mount's root: inside a container the path in `/proc/self/cgroup` may be the host's.
 */
export function cgroupCpuQuota(read: ReadText): number {
  let quota = Infinity;
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const folder of withParents(path)) {
      if (controllers === '') quota = Math.min(quota, version2Quota(read, folder));
      else if (controllers.split(',').includes('cpu')) quota = Math.min(quota, version1Quota(read, controllers, folder));
    }
  }
  return quota;
}

function withParents(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..');
  return names.reduceRight<string[]>((all, _, at) => [...all, `/${names.slice(0, at + 1).join('/')}`], []).concat('');
}

function version2Quota(read: ReadText, folder: string): number {
  const [quota, period] = (read(`/sys/fs/cgroup${folder}/cpu.max`) ?? '').trim().split(' ');
  return ratio(quota, period);
}

function version1Quota(read: ReadText, controllers: string, folder: string): number {
  return Math.min(
    ...[controllers, 'cpu'].map((mount) => {
      const base = `/sys/fs/cgroup/${mount}${folder}`;
      return ratio(read(`${base}/cpu.cfs_quota_us`), read(`${base}/cpu.cfs_period_us`));
    }),
  );
}

/** "max" in version 2 and -1 in version 1 mean no quota. */
function ratio(quota: string | undefined, period: string | undefined): number {
  const cpus = Number(quota) / Number(period);
  return cpus > 0 ? cpus : Infinity;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Not Linux, or no such controller: then there is no quota to read.
  }
}
