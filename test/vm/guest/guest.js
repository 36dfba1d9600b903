// The operations of a case in its guest: run tsntp, start other programs, measure the true error of the clock.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { realtime } from '../clock.js';
import { kernelClock, setTime } from './kernel.js';
import { clockError } from './truth.js';

const COMMAND = ['/opt/node', '/opt/tsntp/node_modules/tsntp/bin/tsntp.js'];
/** How tsntp says that it could not do something in time. */
const BUSY = /the hardware clock was not written at the right moment .*this machine is too busy/;
/** What the last run that set the clock remembers. */
const STATE = '/var/lib/tsntp/state.json';
/** The lines of output that a failed case shows. */
const TRANSCRIPT_LINES = 12;
/** The largest allowed error in seconds after tsntp has set the clock. */
export const RESIDUAL_LIMIT = 1e-3;

/** How far off the clock can be by the last run's own account, in seconds; 0 without one. */
function boundOfLastRun() {
  if (!existsSync(STATE)) return 0;
  const { server, errorBound } = JSON.parse(readFileSync(STATE, 'utf8')).lastSet;
  // A hardware clock is not measured.
  return server.startsWith('/dev/') ? 0 : errorBound;
}

function inMs(seconds) {
  return `${(seconds * 1e3).toFixed(3)} ms`;
}

/** Opens the guest of a job for the cases. */
export function openGuest(job, folder) {
  const idle = join(dirname(folder), 'idle');
  const runs = [];
  const children = [];

  const start = (argv, { env = {}, cwd = '/' } = {}) => {
    const [program, ...args] = argv;
    const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, HOME: '/root', ...env } });
    const run = { argv, child, stdout: '', stderr: '' };
    child.stdout.on('data', text => (run.stdout += text));
    child.stderr.on('data', text => (run.stderr += text));
    run.ended = once(child, 'close').then(([code, signal]) => Object.assign(run, { code, signal }));
    runs.push(run);
    children.push(child);
    return run;
  };
  const startTsntp = (args, { under = [], ...options } = {}) =>
    start([...under, ...COMMAND, ...args], options);
  const server = name => job.servers[name];
  const error = async name => {
    const { error, uncertainty } = await clockError(job.truth);
    return { error: error - server(name).offset, uncertainty };
  };

  const guest = {
    tools: job.tools,
    /** What openWindows needs (windows.js). */
    wine: job.wine,
    /** What starts tsntp. */
    command: COMMAND,
    /** HOST:PORT of one of the case's servers. */
    address: name => `${server(name).host}:${server(name).port}`,
    server,
    start,
    startTsntp,
    /**
     * Runs tsntp to its end: { code, signal, stdout, stderr }. `under` is a program that starts it, such as setpriv.
     */
    tsntp: (args, options) => startTsntp(args, options).ended,
    /** Starts tsntp on a terminal of 80 columns that shows UTF-8; what is written to its stdin is typed there. */
    startAtTerminal: args => {
      const command = `stty rows 24 cols 80; exec ${[...COMMAND, ...args].join(' ')}`;
      return start(['script', '-qec', command, '/dev/null'], {
        env: { TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      });
    },
    /** The guest's clock less the server's, in seconds: { error, uncertainty }. */
    error,
    /** Throws if the clock is farther than the limit from the server's; returns the result of a case. */
    async residual(name, limit = RESIDUAL_LIMIT) {
      const { error: residual, uncertainty } = await error(name);
      const seen = `± ${(uncertainty * 1e3).toFixed(3)} ms`;
      if (Math.abs(residual) <= limit) return { residual, seen };
      const message = `the clock is ${inMs(residual)} from the server's; allowed ${inMs(limit)}`;
      // A run that measured badly, on a busy host, has said so: then the case is run again.
      const disturbed =
        Math.abs(residual) <= boundOfLastRun() && `${message}, ${inMs(boundOfLastRun())} said`;
      throw Object.assign(new Error(message), { residual, disturbed });
    },
    /** Runs `action` and throws if it moved the clock or changed the kernel's state; returns its result. */
    async untouched(action) {
      const before = { kernel: kernelClock(), ...(await clockError(job.truth)) };
      const result = await action();
      const after = { kernel: kernelClock(), ...(await clockError(job.truth)) };
      const moved = after.error - before.error;
      if (Math.abs(moved) > RESIDUAL_LIMIT) throw new Error(`the clock was moved by ${moved} s`);
      for (const key of ['status', 'estimatedError', 'frequency', 'tick', 'slewLeft'])
        if (before.kernel[key] !== after.kernel[key])
          throw new Error(`the kernel's ${key} was ${before.kernel[key]}, is ${after.kernel[key]}`);
      if (after.kernel.maxError < before.kernel.maxError)
        throw new Error(`the kernel's maxError was ${before.kernel.maxError}, is ${after.kernel.maxError}`);
      return result;
    },
    /**
     * Puts the clock `seconds` ahead of a server's, to a millisecond. Setting takes time, more on a busy host; each
     * attempt corrects for the time of the previous one.
     */
    async misset(name, seconds) {
      let late = 0;
      for (let tries = 0; tries < 20; tries++) {
        const { error: now } = await error(name);
        const left = seconds - now;
        if (Math.abs(left) < 1e-3) return;
        if (tries > 0 && Math.abs(left) < 0.1) late += left / 2;
        setTime(realtime() + BigInt(Math.round((left + late) * 1e9)));
      }
      throw new Error(`the clock cannot be put ${seconds} s ahead`);
    },
    /** Reports to the bench that this guest will mostly sleep from now on. */
    idle: () => writeFileSync(idle, ''),
    /** Reports to the bench that this guest works again. */
    busy: () => rmSync(idle, { force: true }),
    sleep: seconds => sleep(seconds * 1000),
    /** The commands that ran and their output. */
    transcript: () =>
      runs.flatMap(({ argv, code, signal, stdout, stderr }) => [
        `$ ${argv.join(' ')}`,
        ...`${stdout}${stderr}`.split('\n').filter(Boolean).slice(0, TRANSCRIPT_LINES),
        `(${code ?? signal ?? 'still running'})`,
      ]),
    /** What a run said about a host that is too busy; undefined if none did. */
    busyHost: () => runs.map(({ stdout, stderr }) => BUSY.exec(stdout + stderr)?.[0]).find(Boolean),
    close() {
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    },
  };
  return guest;
}
