// This process → the same without the right to set this machine's clock, and without a way to regain it. A guest's clock
// is a number in the memory of a process, and needs no right.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The bit of CAP_SYS_TIME in the sets of capabilities of proc(5). */
const CAP_SYS_TIME = 25n;

/**
 * Whether this process lacks the right. If it has it, runs this program again without it, takes over its exit status,
 * and returns false.
 */
export function dropClockRights() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(status)?.[1] ?? '0'}`);
  if (((effective >> CAP_SYS_TIME) & 1n) === 0n) return true;
  const without = ['--bounding-set', '-sys_time', '--inh-caps', '-sys_time', '--ambient-caps', '-sys_time'];
  const self = [process.execPath, ...process.argv.slice(1)];
  process.exitCode = spawnSync('setpriv', [...without, ...self], { stdio: 'inherit' }).status ?? 1;
  return false;
}
