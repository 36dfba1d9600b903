// The runs of the bench → Markdown: tables for one server, for four, and for liars, and the targets with the measured
// values. A cell is the median / 90th percentile of the absolute error.

import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { PROFILES } from './paths.js';

/** @import { Result } from './run.js' */
/** @typedef {{ late: { replies: number, median: number, p90: number, p99: number }, minutes: number, versions: Record<string, string>, partial: boolean }} Conditions */

const profiles = Object.keys(PROFILES);
/** An offset with a larger error includes a liar's time. */
const FOOLED = 0.2;

/** @param {readonly Result[]} results @param {Conditions} conditions */
export function reportOf(results, conditions) {
  const { late, minutes, versions, partial } = conditions;
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# tsntp compared with its peers

\`npm run bench${partial ? ', partial run' : ''}\` · ${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpus()[0]?.model}, Linux ${release()}, Node ${process.version} · ${minutes.toFixed(0)} minutes
tsntp ${version} · ${names.join(' · ')}

Client and server share one clock, so the offset that a client reports is its error. (DRIFT: the server's clock gains 78 ppm; the
error is the reported offset less the server's lead when the client ends.) All clients are measured on the same networks. In each
direction: LAN 0.1 ms + exponential queueing of 20 µs; WAN 10 ms + 2 ms; BAD 40 ms + 20 ms and 5 % loss; ASYM 10 ms + 0.5 ms, plus
10 to 40 ms during congestion in one direction, for 2 to 6 s; DRIFT 0.2 ms + 0.1 ms. The relay sent its ${late.replies} replies late by
${late.median.toFixed(0)} µs (median), ${late.p90.toFixed(0)} µs (p90), ${late.p99.toFixed(0)} µs (p99).

## One server

${accuracyTable(of(results, { scenario: 'one' }))}

## Four servers

${accuracyTable(of(results, { scenario: 'four' }))}

## Liars: how often the result was wrong by more than ${FOOLED} s

All liars are off by the same second. “None”: no result.

${liarTable(results)}

## Targets

${targetTable(results)}
`;
}

/** @param {readonly Result[]} results @param {Partial<Result>} wanted */
export function of(results, wanted) {
  return results.filter(result =>
    Object.entries(wanted).every(([key, value]) => result[/** @type {keyof Result} */ (key)] === value),
  );
}

/** @param {readonly Result[]} results ascending errors of those that answered */
export function errorsOf(results) {
  return results.flatMap(({ error }) => (error === null ? [] : [error])).sort((a, b) => a - b);
}

/**
 * Interpolates between the two nearest values of a sorted list. @param {readonly number[]} sorted @param {number} share
 */
export function quantile(sorted, share) {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at % 1);
}

/** @param {readonly Result[]} results */
function clientsIn(results) {
  return [...new Set(results.map(({ client }) => client))].sort(
    (a, b) => Number(b.startsWith('tsntp')) - Number(a.startsWith('tsntp')) || a.localeCompare(b),
  );
}

/** @param {readonly Result[]} results */
function accuracyTable(results) {
  const rows = clientsIn(results).map(client => {
    const mine = of(results, { client });
    const cells = profiles.map(profile => errorCell(of(mine, { profile }), profile));
    const middle = (/** @type {keyof Result} */ key, /** @type {string} */ profile) =>
      quantile(
        of(mine, { profile })
          .map(result => Number(result[key]))
          .sort((a, b) => a - b),
        0.5,
      );
    const walls = ['LAN', 'WAN', 'BAD'].map(profile =>
      middle('wall', profile).toFixed(2).replace('NaN', '–'),
    );
    const cpu = mine.reduce((sum, { cpu }) => sum + cpu, 0) / mine.length;
    const memory = Math.max(...mine.map(({ memory }) => memory)) / 1024;
    return [
      ...[client, ...cells, `${walls.join(' / ')} s`, String(middle('packets', 'WAN'))],
      ...[`${(1000 * cpu).toFixed(0)} ms`, `${memory.toFixed(0)} MB`],
    ];
  });
  const units = profiles.map(profile => `${profile}, ${profile === 'LAN' ? 'µs' : 'ms'}`);
  const heads = ['', ...units, 'wall LAN / WAN / BAD', 'packets', 'CPU', 'memory'];
  return markdown(heads, rows);
}

/** @param {readonly Result[]} results @param {string} profile */
function errorCell(results, profile) {
  if (results.length === 0) return '–';
  const errors = errorsOf(results);
  const scale = profile === 'LAN' ? 1e6 : 1e3;
  const text = [0.5, 0.9]
    .map(share => (scale * quantile(errors, share)).toPrecision(2))
    .map(Number)
    .join(' / ');
  const none = results.length - errors.length;
  return none === 0 ? text : `${text} (none: ${none} of ${results.length})`;
}

/** @param {readonly Result[]} results */
function liarTable(results) {
  const scenarios = ['one liar in four', 'two liars in five'];
  const cases = scenarios.flatMap(scenario => profiles.map(profile => ({ scenario, profile })));
  const several = results.filter(({ scenario }) => scenarios.includes(scenario));
  const rows = clientsIn(several).map(client => {
    const cells = cases.map(one => {
      const runs = of(several, { client, ...one });
      const none = runs.filter(({ error }) => error === null).length;
      return `${fooled(runs)} of ${runs.length}${none > 0 ? `, none ${none}` : ''}`;
    });
    return [client, ...cells];
  });
  return markdown(['', ...cases.map(({ scenario, profile }) => `${scenario}, ${profile}`)], rows);
}

/** @param {readonly Result[]} results */
function fooled(results) {
  return results.filter(({ error }) => error !== null && error > FOOLED).length;
}

/** @param {readonly Result[]} results */
function targetTable(results) {
  const rows = [];
  const value = (
    /** @type {string} */ client,
    /** @type {Partial<Result>} */ wanted,
    /** @type {number} */ share,
  ) => quantile(errorsOf(of(results, { client, ...wanted })), share);
  const add = (/** @type {string} */ what, /** @type {number} */ ratio, /** @type {number} */ limit) =>
    rows.push([what, ratio.toFixed(2), `≤ ${limit}`, ratio <= limit ? 'yes' : '**no**']);
  const lan = { profile: 'LAN', scenario: 'one' };
  add(
    'LAN, one server, median: tsntp -p 4 / chronyd',
    value('tsntp -p 4', lan, 0.5) / value('chronyd -Q', lan, 0.5),
    1.5,
  );
  for (const scenario of ['one', 'four']) {
    for (const profile of ['WAN', 'BAD', 'ASYM']) {
      for (const [share, name] of /** @type {const} */ ([
        [0.5, 'median'],
        [0.9, 'p90'],
      ])) {
        const wanted = { profile, scenario };
        const best = Math.min(value('chronyd -Q', wanted, share), value('ntpdig -p 4', wanted, share));
        const where = `${profile}, ${scenario === 'one' ? 'one server' : 'four servers'}, ${name}`;
        add(
          `${where}: tsntp -p 4 / better of chronyd and ntpdig -p 4`,
          value('tsntp -p 4', wanted, share) / best,
          0.7,
        );
        add(
          `${where}: tsntp -p 8 / ntpdig -p 8`,
          value('tsntp -p 8', wanted, share) / value('ntpdig -p 8', wanted, share),
          0.6,
        );
      }
    }
  }
  const wall = (/** @type {string} */ client) =>
    quantile(
      of(results, { client, ...lan })
        .map(({ wall }) => wall)
        .sort((a, b) => a - b),
      0.5,
    );
  add('LAN wall time: tsntp -p 4 / chronyd', wall('tsntp -p 4') / wall('chronyd -Q'), 0.25);
  const lied = results.filter(
    ({ scenario, client }) => scenario.includes('liar') && client.startsWith('tsntp'),
  );
  add(`times fooled in ${lied.length} runs with liars, tsntp -p 4 and -p 8`, fooled(lied), 0);
  // A partial run lacks some ratios.
  return markdown(
    ['what', 'measured', 'target', 'met'],
    rows.filter(([, ratio]) => ratio !== 'NaN'),
  );
}

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
function markdown(heads, rows) {
  return [heads, heads.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
