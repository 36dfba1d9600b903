// The page of a check in Debian's Chromium: what it shows, with and without scripts, on a desk and on a phone, in light and dark, and
// what axe-core has to say about it.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checked } from '../../src/fleet/fleet-outcome.ts';
import { targetName, worstFirst } from '../../src/report/fleet/fleet-order.ts';
import { fleetPage } from '../../src/report/fleet/page/fleet-page.ts';
import { checked, EVERY_VERDICT, fleetOf, target } from '../support/fleet.ts';

const CHROMIUM = '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Without these, Chromium looks up hosts of its own at every start. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const [DESK, PHONE] = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
] as const;

let browser: Browser;
let folder: string;

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return;
  folder = mkdtempSync(join(tmpdir(), 'tsntp-page-'));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
});

afterAll(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const SINCE = new Map(EVERY_VERDICT.map(one => [one, '2026-11-24T03:00:00.000000000Z']));

/** Opens the page of a check, and collects what goes wrong: errors, violations of its policy, and requests. */
async function open(
  check: Checked,
  options: BrowserContextOptions = {},
  since?: typeof SINCE,
): Promise<{ readonly page: Page; readonly wrong: readonly string[] }> {
  const file = join(folder, `${Math.random()}.html`);
  writeFileSync(file, fleetPage(check, since));
  const context = await browser.newContext({ viewport: DESK, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on('console', message => wrong.push(message.text()));
  page.on('pageerror', error => wrong.push(String(error)));
  page.on('request', request => {
    if (request.url() !== pathToFileURL(file).href) wrong.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, wrong };
}

/** The names of the rows in sight, in their order. */
async function namesOn(page: Page): Promise<readonly string[]> {
  return page.locator('tbody th').evaluateAll(cells => cells.map(cell => cell.firstChild?.textContent ?? ''));
}

// In CI, nothing may be skipped.
describe.skipIf(!existsSync(CHROMIUM) && !process.env.CI)('the page of a check', () => {
  describe.each([
    ['one of every verdict', checked(EVERY_VERDICT, { skews: fleetOf(500).skews }), SINCE],
    ['500 hosts', fleetOf(500), undefined],
    ['one host', checked([target()]), undefined],
    ['no host', checked([], { kind: 'interrupted', warnings: ['interrupted'] }), undefined],
  ])('of %s', (_, check, since) => {
    test.each([
      ['a desk, light', { viewport: DESK, colorScheme: 'light' }],
      ['a desk, dark', { viewport: DESK, colorScheme: 'dark' }],
      ['a phone, light', { viewport: PHONE, colorScheme: 'light' }],
      ['a phone, dark', { viewport: PHONE, colorScheme: 'dark' }],
    ] as const)(
      'on %s has no fault that axe-core knows, nothing to scroll sideways, and needs nothing',
      async (_, options) => {
        const { page, wrong } = await open(check, options, since);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        );
        await page.evaluate(AXE);
        const { violations } = (await page.evaluate('axe.run()')) as {
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        };
        const faults = violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary]);
        expect(faults).toEqual([]);
        expect(wrong).toEqual([]);
        await page.context().close();
      },
    );
  });

  test('is a table for screen readers, although its rows are laid out as grids', async () => {
    const { page } = await open(checked(EVERY_VERDICT), {}, SINCE);
    expect(await page.getByRole('table', { name: 'Every clock, the worst first' }).count()).toBe(1);
    expect(await page.getByRole('row').count()).toBe(EVERY_VERDICT.length + 1);
    expect(await page.getByRole('columnheader').count()).toBe(7);
    expect(await page.getByRole('rowheader').count()).toBe(EVERY_VERDICT.length);
    expect(await page.getByRole('img', { name: /^How far 7 clocks differ/ }).count()).toBe(1);
    await page.context().close();
  });

  test('sorts by a column, and back, with what was not measured last', async () => {
    const { page } = await open(checked(EVERY_VERDICT));
    const offsets = page.getByRole('button', { name: 'offset' });
    await offsets.click();
    const ascending = await namesOn(page);
    expect(ascending.slice(0, 2)).toEqual(['cam-1.example', '大门 7']);
    expect(ascending[6]).toBe('gate 3');
    await offsets.click();
    expect((await namesOn(page)).slice(0, 2)).toEqual(['gate 3', '10.0.0.8']);
    expect(await page.getByRole('columnheader', { name: 'offset' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
    await page.getByRole('button', { name: 'verdict' }).click();
    expect(await namesOn(page)).toEqual(worstFirst(EVERY_VERDICT).map(one => targetName(one.target)));
    await page.context().close();
  });

  test('filters by words and by verdicts, and says how many are left', async () => {
    const { page } = await open(checked(EVERY_VERDICT));
    await page.getByRole('searchbox').fill('GATES 10.1');
    expect(await namesOn(page)).toEqual(['大门 7']);
    expect(await page.getByRole('status').textContent()).toBe('Showing 1 of 11');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'uncertain' }).click();
    await page.getByRole('button', { name: 'right' }).click();
    expect(await namesOn(page)).toEqual(['10.0.0.9', 'gate 1']);
    await page.context().close();
  });

  test('can be read where scripts are blocked, and then has no controls', async () => {
    const { page } = await open(fleetOf(500), { javaScriptEnabled: false });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('17 of 500 clocks are off.');
    expect(await page.getByRole('row').count()).toBe(501);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.getByRole('searchbox').count()).toBe(0);
    await page.context().close();
  });

  test('can be printed: without its controls, in dark ink on white', async () => {
    const { page } = await open(fleetOf(500), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('searchbox').count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });

  test('shows hostile names as they are, and runs none of them', async () => {
    const labels = [
      '<img src=x onerror="hacked=1">',
      '</script><script>hacked=1</script>',
      '"><svg onload=hacked=1>',
      '</title><b>&lt;',
      "a'b&amp;c",
    ];
    const hostile = labels.map((label, i) =>
      target({
        host: `10.0.0.${i}`,
        label,
        group: label,
        reason: label,
        verdict: 'off',
        severity: 'critical',
      }),
    );
    const reference = { kind: 'servers', names: [labels[0]!], before: 0, after: 0, errorBound: 0.1 } as const;
    const skews = [{ offset: 1, count: 2, where: [labels[1]!] }];
    const { page, wrong } = await open(checked(hostile, { reference, skews, warnings: labels }));
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    expect(await namesOn(page)).toEqual(labels);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test('has a policy that stops a script that is not its own', async () => {
    const { page, wrong } = await open(checked([target()]));
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'hacked=1' }))",
    );
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    expect(wrong.join()).toContain('Content Security Policy');
    await page.context().close();
  });

  test('of 10,000 hosts has a row for each, and finds one of them', async () => {
    const { page, wrong } = await open(fleetOf(10_000));
    expect(await page.locator('tbody tr').count()).toBe(10_000);
    await page.getByRole('searchbox').fill('plc-9999');
    expect(await namesOn(page)).toEqual(['plc-9999']);
    expect(wrong).toEqual([]);
    await page.context().close();
  });
});
