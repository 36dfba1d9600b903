// Builds the command before the first test, so that the tests run what users run.

import { execFileSync } from 'node:child_process';

/** Installs what is missing and builds `dist/`. Throws on failure. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'setup'], { stdio: 'inherit' });
}
