import { statfs } from 'node:fs/promises';

/**
 * File systems on which another machine's changes come without events, or times do not tell everything, by their `f_type`.
 *
 * Source: Linux, `statfs(2)` and `include/uapi/linux/magic.h`.
 */
const REMOTE_TYPES: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x65735546, // FUSE: sshfs, gcsfuse, s3fs, virtiofs
  0x01021997, // 9p
  0x5346414f, // AFS
  0x6b414653, // AFS in the kernel
  0x00c36400, // Ceph
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x73757245, // Coda
  0x786f4256, // VirtualBox shared folders
  0xbacbacbc, // VMware shared folders
  0x01161970, // GFS2
  0x7461636f, // OCFS2
]);

/** Whether a directory's changes may come from elsewhere, so that it has to be polled. Only Linux tells. */
export async function isRemote(directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    // Some types come sign-extended.
    return REMOTE_TYPES.has((await statfs(directory)).type >>> 0);
  } catch {
    return false;
  }
}
