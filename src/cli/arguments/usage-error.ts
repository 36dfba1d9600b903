// The error class of a user's mistake, which is reported without a stack.

/** A user's mistake. The message names the thing, its value, what is allowed, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
