// The end of the process, with a name server still silent: process.exit would join libuv's threads first, and so
// wait for the C library's resolver, which nothing can stop, for half a minute and more.

/** Ends the process with this exit code, at once. All output must have been written. */
export async function forceExit(exitCode: number): Promise<void> {
  if (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) await leaveThreads(exitCode);
  process.exit(exitCode);
}

/** By _exit(2), which runs no handlers. Where it cannot be called, returns. */
async function leaveThreads(exitCode: number): Promise<void> {
  try {
    const { default: koffi } = await import('koffi');
    koffi.load(null).func('void _exit(int status)')(exitCode);
  } catch {
    // Without koffi, or on Windows: late, but not wrong.
  }
}
