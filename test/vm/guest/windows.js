// Runs the packed tsntp on Node for Windows, under wine, in a guest. It is as packed but for koffi, which gets its Windows
// binary, and looks for each clock function in a library that sets the guest's kernel before it looks in wine's: wine
// itself sets no clock.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDER = '/tmp/windows';
const MODULES = `${FOLDER}/node_modules`;
const [OUT, ERR] = [`${FOLDER}/stdout`, `${FOLDER}/stderr`];

/** `wine` is the contents of the file that run.js is given by --wine. */
export function openWindows(guest, wine) {
  mkdirSync(FOLDER);
  execFileSync('cp', ['-a', '/opt/tsntp/node_modules', MODULES]);
  execFileSync('cp', ['-a', wine.koffi, `${MODULES}/@koromix/`]);
  renameSync(`${MODULES}/koffi`, `${MODULES}/koffi-unchanged`);
  mkdirSync(`${MODULES}/koffi`);
  writeFileSync(
    `${MODULES}/koffi/package.json`,
    '{ "name": "koffi", "type": "module", "main": "index.js" }\n',
  );
  writeFileSync(`${MODULES}/koffi/index.js`, seam(windowsPath(wine.library)));

  // Else the registry's volatile keys, which outlive all processes of Windows, would end with the last one.
  execFileSync(join(dirname(wine.program), 'wineserver64'), ['--persistent'], {
    env: { ...process.env, ...wine.env },
    // It continues in the background.
    stdio: 'ignore',
  });

  // node.exe cannot use pipes under wine.
  const line = `cd ${FOLDER} && exec "$@" >${OUT} 2>${ERR} </dev/null`;
  const start = args => {
    const run = guest.start(['sh', '-c', line, 'sh', wine.program, wine.node, ...args], { env: wine.env });
    const ended = run.ended.then(() =>
      Object.assign(run, { stdout: readFileSync(OUT, 'utf8'), stderr: readFileSync(ERR, 'utf8') }),
    );
    return { child: run.child, ended };
  };
  const startTsntp = args => start([`${MODULES}/tsntp/bin/tsntp.js`, ...args]);
  return {
    startTsntp,
    /** Runs tsntp to its end: { code, signal, stdout, stderr }. */
    tsntp: args => startTsntp(args).ended,
    /** Runs statements on the adapter's `clock` in a process of their own. */
    async adapter(statements) {
      const program = `${FOLDER}/adapter.mjs`;
      const adapter = `file:///${windowsPath(`${MODULES}/tsntp/dist/clock/index.js`).replaceAll('\\', '/')}`;
      writeFileSync(
        program,
        `import { openClock } from '${adapter}';\nconst clock = await openClock();\n${statements}\n`,
      );
      const run = await start([program]).ended;
      if (run.code !== 0) throw new Error(`the adapter ended with ${run.code}: ${run.stderr}`);
      return run;
    },
  };
}

function windowsPath(path) {
  return `Z:${path.replaceAll('/', '\\')}`;
}

/** A module that is koffi, but for the clock functions that `library` has. */
function seam(library) {
  return `
    import koffi from '../koffi-unchanged/index.js';
    export * from '../koffi-unchanged/index.js';
    const clock = koffi.load(${JSON.stringify(library)});
    export function load(name) {
      const library = koffi.load(name);
      if (!/^kernel(32|base)\\.dll$/.test(name)) return library;
      return {
        func(declaration) {
          try {
            return clock.func(declaration);
          } catch {
            return library.func(declaration);
          }
        },
      };
    }
    export default { ...koffi, load };
  `;
}
