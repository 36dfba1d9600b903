// What keeps the installer from its work → one line on stderr, and the exit code. All else is a bug, and has a stack.

/** A failure that the message explains. */
export class Failure extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The operating system refuses: the same exit code as that of tsntp. */
export const EXIT_REFUSED = 4;
/** Files of another program are in the way: the same exit code as that of `tsntp schedule`. */
export const EXIT_FOREIGN = 5;

/** Runs `work`, and ends the process. @param {string} name the name of the command @param {() => void} work */
export function runSetup(name, work) {
  try {
    work();
  } catch (error) {
    console.error(`${name}: ${error instanceof Failure ? error.message : error.stack}`);
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}
