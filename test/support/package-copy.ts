// The package as an install leaves it that went wrong: the command with all that it needs but koffi, or koffi's binary.

import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scratch } from './command.ts';

/** A copy of the package, and how to run it: without koffi, or `withoutBinary` of it (npm install --omit=optional). */
export function copyOfPackage(koffi: 'without' | 'withoutBinary' = 'without'): readonly string[] {
  const folder = scratch();
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(folder, part), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
  mkdirSync(join(folder, 'node_modules'));
  for (const name of Object.keys(dependencies).filter(each => each !== 'koffi')) {
    mkdirSync(join(folder, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  }
  if (koffi === 'withoutBinary')
    cpSync('node_modules/koffi', join(folder, 'node_modules/koffi'), { recursive: true });
  return [process.execPath, join(folder, 'bin/tsntp.js')];
}
