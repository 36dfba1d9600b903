// A copy of the program → a run of its `tsntp schedule`, with its exit code.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { EXIT_REFUSED, Failure } from './failure.js';

/** Runs `tsntp schedule` of the copy in `program`, visibly. Throws `Failure` unless it succeeds. @param {string} program @param {readonly string[]} args */
export function runSchedule(program, args) {
  expectSuccess(schedule(program, args, 'inherit'));
}

/** The same, but shows only why it fails. @param {string} program @param {readonly string[]} args */
export function tryToSchedule(program, args) {
  const ended = schedule(program, args, 'pipe');
  if (ended.status !== 0) process.stderr.write(ended.stderr ?? '');
  expectSuccess(ended);
}

/** @param {string} program @param {readonly string[]} args @param {'inherit' | 'pipe'} output */
function schedule(program, args, output) {
  const lib = join(program, 'lib/tsntp');
  const command = [join(lib, 'bin/tsntp.js'), 'schedule', ...args];
  return spawnSync(join(lib, 'node.exe'), command, { stdio: ['ignore', output, output], encoding: 'utf8' });
}

/** @param {ReturnType<typeof schedule>} ended */
function expectSuccess({ status, error }) {
  if (status !== 0)
    throw new Failure(`tsntp schedule failed${error ? `: ${error.message}` : ''}`, status ?? EXIT_REFUSED);
}
