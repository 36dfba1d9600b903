// The clock was left alone for a reason that has an exit code of its own: a limit, or another program at the clock.

/** Says why, and how the command ends. */
export class LeftAlone extends Error {
  override readonly name = 'LeftAlone';
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
