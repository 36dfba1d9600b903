// Platform → Clock. koffi, which calls the C library, is imported only here and only when a clock is opened;
// without it, or on a platform without an adapter, the clock can still be read.

import { type Clock, ClockError } from './clock.ts';
import { openDarwin } from './darwin.ts';
import type { Foreign } from './ffi.ts';
import { openLinux } from './linux.ts';
import { readOnly } from './read-only.ts';
import { openWindows } from './windows/windows.ts';

/** Values of `process.platform` whose clock tsntp can set. */
export type SupportedPlatform = 'linux' | 'darwin' | 'win32';

const adapters = {
  linux: openLinux,
  darwin: openDarwin,
  win32: openWindows,
} satisfies Record<SupportedPlatform, (foreign: Foreign) => Clock>;

/**
 * The clock of this machine; a read-only one, whose `step` says why, where it cannot be set. Rejects with `ClockError` for
 * a clock that stands still.
 */
export async function openClock(
  platform: string = process.platform,
  importKoffi: () => Promise<Foreign> = () => import('koffi'),
): Promise<Clock> {
  if (!isSupported(platform))
    return readOnly(`tsntp can set the clock on ${Object.keys(adapters).join(', ')}, not on ${platform}`);
  try {
    return adapters[platform](await importKoffi());
  } catch (cause) {
    if (cause instanceof ClockError && cause.kind === 'failed') throw cause;
    return readOnly(`the system's clock functions cannot be called through koffi: ${whyWithout(cause)}`);
  }
}

/** Why koffi does not load, and what to do. */
function whyWithout(cause: unknown): string {
  const message = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
  // Bundled as CommonJS it has no import.meta.url to look from; elsewhere in a bundle, no binary beside it.
  if (/'filename' must be a file URL|import\.meta|ERR_INVALID_ARG_VALUE/.test(message))
    return `${message}; ${BUNDLED}`;
  if (/native Koffi module/i.test(message))
    return `its binary for ${process.platform}-${process.arch} is not there: ${INSTALL}; ${BUNDLED}`;
  return /Cannot find (package|module)/.test(message) ? `${message}; ${INSTALL}` : message;
}

const INSTALL = 'install with optional dependencies (npm install --include=optional)';
const BUNDLED = 'in a bundle, leave koffi out of it (esbuild: --external:koffi), and install it beside';

function isSupported(platform: string): platform is SupportedPlatform {
  return Object.hasOwn(adapters, platform);
}
