// Before the first test: the command under test is the built one, as users run it.

import { execFileSync } from 'node:child_process';

/** Installs what is missing and builds `dist/`. Throws where that fails. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'setup'], { stdio: 'inherit' });
}
