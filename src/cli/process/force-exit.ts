// An exit code → the end of the process, even during a name lookup. process.exit joins libuv's threads first, and so
// waits for the C library's resolver, which cannot be canceled and may take more than half a minute.

/** Ends the process immediately with this exit code. All output must have been written. */
export async function forceExit(exitCode: number): Promise<void> {
  if (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) await exitWithoutJoining(exitCode);
  process.exit(exitCode);
}

/** Calls _exit(2), which waits for no thread. Returns if it cannot be called. */
async function exitWithoutJoining(exitCode: number): Promise<void> {
  try {
    const { default: koffi } = await import('koffi');
    koffi.load(null).func('void _exit(int status)')(exitCode);
  } catch {
    // Without koffi, or on Windows: process.exit ends the process later, with the same exit code.
  }
}
