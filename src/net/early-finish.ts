// Tracks which servers of a survey are still being asked and which of those may yet give a usable reply; signals when the
// survey can end early.

export interface EarlyFinish {
  /** A server begins; the survey waits for those that have not begun yet. */
  enter(): TrackedServer;
}

/** One server, being asked until it leaves. */
export interface TrackedServer {
  /** The survey need not wait for this server any more. */
  hopeless(): void;
  /** The survey waits for it again. */
  hopeful(): void;
  /** It has contributed samples. */
  brought(): void;
  /** It is done. */
  leave(): void;
}

/** Expects so many servers. Calls `onlyHopelessLeft` once one has brought samples and all that are left are hopeless. */
export function earlyFinish(expected: number, onlyHopelessLeft: () => void): EarlyFinish {
  const hopeless = new Set<TrackedServer>();
  let left = expected;
  let brought = false;
  const check = () => {
    if (brought && left === hopeless.size) onlyHopelessLeft();
  };
  const enter = () => {
    const entry: TrackedServer = {
      hopeless() {
        hopeless.add(entry);
        check();
      },
      hopeful() {
        hopeless.delete(entry);
      },
      brought() {
        brought = true;
        check();
      },
      leave() {
        left -= 1;
        hopeless.delete(entry);
        check();
      },
    };
    return entry;
  };
  return { enter };
}
