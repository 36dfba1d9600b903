// Tracks which servers of a survey are still being queried and whether any of them is likely to answer; signals when
// the survey can end early.

export interface EarlyFinish {
  /** Starts tracking a server. The survey waits for servers that have not started yet. */
  enter(): TrackedServer;
}

/** One server, tracked until it is done. */
export interface TrackedServer {
  /** The survey need not wait for this server. */
  markUnresponsive(): void;
  /** The survey waits for this server again. */
  markResponsive(): void;
  /** The server has returned samples. */
  sampleReceived(): void;
  /** The server is done. */
  finish(): void;
}

/**
 * Expects `expected` servers. Calls `onlyUnresponsiveLeft` once a server has returned samples and all remaining ones are
 * unresponsive.
 */
export function earlyFinish(expected: number, onlyUnresponsiveLeft: () => void): EarlyFinish {
  const unresponsive = new Set<TrackedServer>();
  let left = expected;
  let anySamples = false;
  const check = () => {
    if (anySamples && left === unresponsive.size) onlyUnresponsiveLeft();
  };
  const enter = () => {
    const entry: TrackedServer = {
      markUnresponsive() {
        unresponsive.add(entry);
        check();
      },
      markResponsive() {
        unresponsive.delete(entry);
      },
      sampleReceived() {
        anySamples = true;
        check();
      },
      finish() {
        left -= 1;
        unresponsive.delete(entry);
        check();
      },
    };
    return entry;
  };
  return { enter };
}
