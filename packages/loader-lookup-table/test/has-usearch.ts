/** Whether the library of approximate search runs here: its release has no binary for Windows, where tests of it are skipped. */
export const hasUsearch: boolean = await import('usearch').then(
  () => true,
  () => false,
);
