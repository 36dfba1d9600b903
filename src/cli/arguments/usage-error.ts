// A user's mistake: the thing, the value, what is allowed. Never shown with a stack.

export class UsageError extends Error {
  override readonly name = 'UsageError';
}
