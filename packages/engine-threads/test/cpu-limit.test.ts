import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { availableCpus, cgroupCpuQuota } from '../src/cpu-limit.ts';

function quotaOf(files: Readonly<Record<string, string>>): number {
  return cgroupCpuQuota((path) => files[path]);
}

const V2 = { '/proc/self/cgroup': '0::/kubepods/pod1/app\n' };
const V1 = { '/proc/self/cgroup': '9:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n1:name=systemd:/\n' };

it.each([
  ['none without control groups', {}, Infinity],
  ['the quota of version 2', { ...V2, '/sys/fs/cgroup/kubepods/pod1/app/cpu.max': '150000 100000\n' }, 1.5],
  ['none when version 2 says max', { ...V2, '/sys/fs/cgroup/kubepods/pod1/app/cpu.max': 'max 100000\n' }, Infinity],
  ['the smallest quota of all parents', { ...V2, '/sys/fs/cgroup/kubepods/pod1/app/cpu.max': '400000 100000', '/sys/fs/cgroup/kubepods/cpu.max': '200000 100000' }, 2],
  ['that of the mount itself, as a container sees it', { ...V2, '/sys/fs/cgroup/cpu.max': '50000 100000' }, 0.5],
  ['the quota of version 1', { ...V1, '/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us': '300000\n', '/sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us': '100000\n' }, 3],
  ['the quota of version 1 at its other mount', { ...V1, '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '250000\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' }, 2.5],
  ['none when version 1 says -1', { ...V1, '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_period_us': '100000\n' }, Infinity],
  ['none of a file that says nothing', { ...V2, '/sys/fs/cgroup/cpu.max': '' }, Infinity],
  ['nothing outside the mount', { '/proc/self/cgroup': '0::/../../etc\n', '/sys/fs/cgroup/../../etc/cpu.max': '1 1' }, Infinity],
])('finds %s', (_, files, expected) => {
  expect(quotaOf(files)).toBe(expected);
});

it('is a whole number of CPUs, no more than the machine lends', () => {
  const cpus = availableCpus();
  expect(Number.isInteger(cpus) && cpus >= 1 && cpus <= availableParallelism()).toBe(true);
});
