import type { RemoteLocation } from '../remote-store.ts';

/** Reads `scheme://container/prefix`. @throws Error that says what is wrong with it */
export function locatePath(path: string): RemoteLocation {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?<container>[^/?#]*)(?<rest>.*)$/i.exec(path);
  const container = match?.groups?.['container'] ?? '';
  if (container === '') throw new Error(`it must read scheme://bucket/folder`);
  const rest = match?.groups?.['rest'] ?? '';
  const parts = rest.split('/').filter((part) => part !== '');
  return { container, prefix: parts.length === 0 ? '' : `${parts.join('/')}/` };
}
