/** For a read of what need not be there: nothing, instead of the error of a missing file. */
export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  // ENOTDIR: the artifact is a single file.
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
