// A user's mistake: the thing, the value, what is allowed. Never shown with a stack.

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Why a file could not be read. */
export function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  return code === 'EISDIR' ? 'it is a folder' : String(code);
}
