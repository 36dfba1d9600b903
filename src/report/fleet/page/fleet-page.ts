// The result of a check → one HTML page that needs nothing else: no network, no font, no other file. A policy allows its own style
// sheet and its own script by their hashes, and nothing more; without the script, it can still be read.

import { createHash } from 'node:crypto';
import type { Checked } from '../../../fleet/fleet-outcome.ts';
import { formatInstant } from '../../../ntp/time.ts';
import { VERSION } from '../../../release.ts';
import { count } from '../../labels.ts';
import { FINDINGS, type Finding } from '../fleet-order.ts';
import type { Since } from '../fleet-since.ts';
import {
  FINDING_WORDS,
  findingsIn,
  headlineOf,
  limitWords,
  referenceWords,
  totalsOf,
} from '../fleet-words.ts';
import { distribution } from './distribution.ts';
import { html, pageDuration, pageOffset, rounded, withMinus } from './html-text.ts';
import { INTERVAL_WIDTH, ROW_CLASS, tableBodies } from './page-rows.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { type SymlogAxis, symlogAxis, symlogTicks } from './symlog-axis.ts';

/** The page as text. With `since`, a column says since when each clock is as it is. */
export function fleetPage(checked: Checked, since?: Since): string {
  const axis = symlogAxis(checked);
  const style = pageStyle(checked.limits, axis);
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(PAGE_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(totalsOf(checked))}</title>
<style>${style}</style>
</head>
<body>
${headOf(checked)}
<main>
${skewsOf(checked)}${pictureOf(checked, axis)}
${tableOf(checked, axis, since)}
</main>
<footer>A positive offset means that the clock is ahead of the reference. The true offset is within offset ± bound. Written by tsntp ${VERSION}.</footer>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** The source of a policy that allows this text, and no other. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function headOf(checked: Checked): string {
  const { started, duration, reference, limits, warnings, targets } = checked;
  const instant = formatInstant(started);
  const counts = findingsIn(checked);
  const totals = FINDINGS.filter(finding => counts[finding] > 0).map(
    finding => `<li class="mark ${finding}"><b>${counts[finding]}</b>${FINDING_WORDS[finding]}`,
  );
  const when = `<time datetime="${instant.replace(/\d{6}Z$/, 'Z')}">${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC</time>`;
  return `<header>
<h1>${html(headlineOf(checked))}</h1>
<p>Checked on ${when} in ${pageDuration(duration)}, against ${html(referenceWords(reference))}. Limits: ${html(withMinus(limitWords(limits)))}.</p>
${warnings.map(warning => `<p>Warning: ${html(warning)}</p>\n`).join('')}${barOf(counts, targets.length)}
<ul class="totals">${totals.join('')}</ul>
</header>`;
}

/** The share of each finding, as one bar; even a single clock is seen. */
function barOf(counts: Readonly<Record<Finding, number>>, all: number): string {
  if (all === 0) return '';
  const present = FINDINGS.filter(finding => counts[finding] > 0);
  const widths = present.map(finding => Math.max((counts[finding] / all) * 1000, 6));
  const whole = widths.reduce((sum, width) => sum + width, 0);
  let x = 0;
  const parts = present.map((finding, i) => {
    const width = (widths[i]! / whole) * 1000;
    x += width;
    return `<rect class="${finding}" x="${rounded(x - width)}" width="${rounded(width - 1)}" height="10"/>`;
  });
  return `<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${parts.join('')}</svg>`;
}

function skewsOf({ skews }: Checked): string {
  if (skews.length === 0) return '';
  const items = skews.map(
    ({ count: number, offset, where }) =>
      `<li><b>${count(number, 'host')} ${pageOffset(offset)}</b> in ${html(where.join(', '))}`,
  );
  return `<section>
<h2>Off by the same amount</h2>
<ul class="skews">${items.join('')}</ul>
</section>
`;
}

function pictureOf(checked: Checked, axis: SymlogAxis): string {
  const read = checked.targets.filter(({ reading }) => reading).length;
  if (read === 0) return '';
  const silent = checked.targets.length - read;
  const missing =
    silent === 0
      ? ''
      : ` ${count(silent, 'clock')} told no time and ${silent === 1 ? 'is' : 'are'} not in it.`;
  const wide = { className: 'wide', width: 1132, barWidth: 8 };
  const narrow = { className: 'narrow', width: 358, barWidth: 6 };
  return `<figure>
<h2>How far the clocks differ from the reference</h2>
${distribution(checked, axis, wide, 'wide')}${distribution(checked, axis, narrow, 'narrow')}
<figcaption>The height is the number of clocks. The scale is linear around zero and logarithmic further out; shaded parts are over a limit.${missing}</figcaption>
</figure>`;
}

function tableOf(checked: Checked, axis: SymlogAxis, since?: Since): string {
  const counts = findingsIn(checked);
  const filters = FINDINGS.filter(finding => counts[finding] > 0).map(
    finding =>
      `<button type="button" class="mark ${finding}" aria-pressed="false" data-kind="${ROW_CLASS[finding]}">${FINDING_WORDS[finding]}</button>`,
  );
  const dated = since ? '<th scope="col" data-sort="text">since' : '';
  return `<section>
<h2 id="clocks">Every clock, the worst first</h2>
<div class="tools" hidden><input type="search" aria-label="Filter by name, address, group or note" placeholder="Filter by name, address, group">${filters.join('')}<output></output></div>
<table aria-labelledby="clocks"${since ? ' class="dated"' : ''}>
<thead><tr><th scope="col" data-sort="place" aria-sort="ascending">verdict<th scope="col" data-sort="text">clock<th scope="col" data-sort="number">offset<th scope="col" data-sort="number">± bound<th scope="col">${scaleOf(axis)}${dated}<th scope="col">notes</thead>
${tableBodies(checked, axis, since)}</table>
</section>`;
}

/** The scale above the intervals of the rows. */
function scaleOf(axis: SymlogAxis): string {
  const ticks = symlogTicks(axis, INTERVAL_WIDTH).map(
    ({ label, x, labelX }) =>
      `<path class="tick" d="M${rounded(x)} 24v6"/><text x="${rounded(labelX)}" y="18">${label}</text>`,
  );
  return `<svg width="${INTERVAL_WIDTH}" height="30" role="img" aria-label="interval"><title>The interval of the true offset, on one axis</title>${ticks.join('')}</svg>`;
}
