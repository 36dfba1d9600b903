// A platform → the systemd units that its .deb and .rpm contain: those of `tsntp schedule --as systemd`, from the same code,
// for hourly runs with the servers of /etc/tsntp.conf. A preset keeps them disabled until an administrator enables them.

import { build } from 'esbuild';
import { CHECKOUT } from './facts.js';

/** An hour, the default of `--every`. */
const EVERY = 3600;

const HEAD = `# Of the package tsntp. Change it with "systemctl edit"; "tsntp schedule --install" replaces it in /etc/systemd/system.
`;

/** The files below /usr/lib/systemd, by path. @param {import('./platforms.js').Platform} platform @returns {Promise<Readonly<Record<string, string>>>} */
export async function packageUnits({ node }) {
  const systemdUnits = await unitsOfSchedule();
  const program = [
    node === undefined ? '/usr/bin/node' : '/usr/lib/tsntp/node',
    '/usr/lib/tsntp/bin/tsntp.js',
  ];
  const units = systemdUnits({ every: EVERY, minute: 0, program, arguments: [] });
  const files = units.map(({ name, text }) => [`system/${name}`, `${HEAD}${text}`]);
  return { ...Object.fromEntries(files), 'system-preset/80-tsntp.preset': preset(units) };
}

/**
 * Without it, the first boot of an image enables what has an [Install] section, on distributions whose own presets say
 * nothing about other units: systemd.preset(5).
 */
function preset(units) {
  const enabled = units.filter(({ text }) => text.includes('[Install]'));
  return `# Of the package tsntp: no unit is enabled unasked.\n${enabled.map(({ name }) => `disable ${name}\n`).join('')}`;
}

/** `systemdUnits` of src/schedule, which is TypeScript. */
async function unitsOfSchedule() {
  const options = { absWorkingDir: CHECKOUT, entryPoints: ['src/schedule/systemd.ts'], bundle: true };
  const { outputFiles } = await build({ ...options, write: false, format: 'esm', platform: 'node' });
  const [{ contents }] = outputFiles;
  return (await import(`data:text/javascript;base64,${Buffer.from(contents).toString('base64')}`))
    .systemdUnits;
}
