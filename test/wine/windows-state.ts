// Drive C: and the registry of wine → what an installation may change, for a comparison of before and after.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WindowsPrompt } from './windows-prompt.ts';

/** What is configured for the machine: keys with their values, and the files and folders of the drive, one a line. */
export async function stateOf({ drive, run }: WindowsPrompt): Promise<readonly string[]> {
  const file = 'prompt\\registry.reg';
  const { status, stdout, stderr } = await run([
    'reg query HKLM\\SOFTWARE',
    `reg export HKLM\\SYSTEM C:\\${file} /y`,
  ]);
  if (status !== 0) throw new Error(`reg export failed: ${stderr}`);
  const text = readFileSync(join(drive, file.replace('\\', '/')), 'utf16le');
  return [...stdout.split('\r\n'), ...valuesOf(text), ...filesOf(drive)].sort();
}

/** Sections of a file of regedit → one line for each key and each value, with its key. */
function valuesOf(text: string): readonly string[] {
  return text
    .replaceAll(/\\\r\n\s*/g, '')
    .split(/\r\n\r\n/)
    .flatMap(section => {
      const [key = '', ...values] = section.split('\r\n');
      return [key, ...values.filter(value => value !== '').map(value => `${key} ${value}`)];
    })
    .filter(line => !VOLATILE_KEYS.test(line));
}

/** What each program that runs may change. */
const VOLATILE_KEYS =
  /^\[HKEY_LOCAL_MACHINE\\(HARDWARE|SYSTEM\\CurrentControlSet\\(Enum|Control\\(DeviceClasses|Class|Video)))\b/i;
const VOLATILE_FILES = /^(prompt|users|windows\/temp)(\/|$)/;

function filesOf(drive: string): readonly string[] {
  return readdirSync(drive, { recursive: true, encoding: 'utf8' }).filter(name => !VOLATILE_FILES.test(name));
}
