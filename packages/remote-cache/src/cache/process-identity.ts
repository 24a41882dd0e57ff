import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Which process it is, for others on the same disk. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Within one space a process id means one process at a time: a running system, and there a container. */
  readonly space: string;
  /** When the process began, so that its id given to another is not taken for it; empty where the system does not tell. */
  readonly started: string;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const boot = await readOr('/proc/sys/kernel/random/boot_id', '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return { pid: process.pid, space: [hostname(), boot.trim(), namespace].join(' '), started: await startOf(process.pid) };
}

/** Whether that process lives; `undefined` when it cannot be told from here. */
export async function isRunning(other: ProcessIdentity, own: ProcessIdentity): Promise<boolean | undefined> {
  if (other.space !== own.space) return undefined;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // It may not be ours to signal, but then it is there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return (await startOf(other.pid)) === other.started;
}

/** Field 22 of `/proc/<pid>/stat`; the second field can hold spaces and brackets. */
async function startOf(pid: number): Promise<string> {
  const stat = await readOr(`/proc/${pid}/stat`, '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function readOr(path: string, otherwise: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return otherwise;
  }
}
