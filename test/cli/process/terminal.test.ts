// Colors, width and spinner, decided for each stream: at real terminals, in pipes, and by the environment.

import { describe, expect, test } from 'vitest';
import { type Output, terminalOf } from '../../../src/cli/process/terminal.ts';
import { serve, serveSilence, tsntp } from '../../support/command.ts';
import { atTerminal, hasTerminal, plain } from '../../support/terminal.ts';

const ESCAPE = '\x1b';

describe('what a stream can show', () => {
  const tty: Output = { write() {}, isTTY: true, columns: 80 };
  const pipe: Output = { write() {} };
  const XTERM = { TERM: 'xterm-256color' };

  test.each([
    ['a terminal', tty, XTERM, undefined, true],
    ['a pipe', pipe, XTERM, undefined, false],
    ['a terminal, NO_COLOR', tty, { ...XTERM, NO_COLOR: '1' }, undefined, false],
    ['a dumb terminal', tty, { TERM: 'dumb' }, undefined, false],
    ['a pipe, FORCE_COLOR', pipe, { ...XTERM, FORCE_COLOR: '1' }, undefined, true],
    ['a terminal, FORCE_COLOR=0', tty, { ...XTERM, FORCE_COLOR: '0' }, undefined, false],
    ['a pipe, --color', pipe, XTERM, true, true],
    ['a dumb terminal, --color', tty, { TERM: 'dumb' }, true, true],
    ['NO_COLOR, --color', tty, { ...XTERM, NO_COLOR: '1' }, true, true],
    ['a terminal, --no-color', tty, XTERM, false, false],
    ['FORCE_COLOR, --no-color', pipe, { ...XTERM, FORCE_COLOR: '1' }, false, false],
  ])('%s: colors', (_, output, env, color, expected) => {
    expect(terminalOf(output, env, color).colors > 0).toBe(expected);
  });

  test.each([
    ['a terminal', tty, XTERM, { width: 80, interactive: true }],
    ['a pipe', pipe, XTERM, { width: undefined, interactive: false }],
    ['no columns', { ...tty, columns: 0 }, XTERM, { width: undefined, interactive: false }],
    ['dumb', tty, { TERM: 'dumb' }, { width: 80, interactive: false }],
    ['CI', tty, { ...XTERM, CI: 'true' }, { width: 80, interactive: false }],
  ])('%s: width, and whether it is interactive', (_, output, env, expected) => {
    expect(terminalOf(output, env, undefined)).toMatchObject(expected);
  });
});

describe('no escape sequence reaches a pipe', () => {
  test.each([['table'], ['classic'], ['json']])('%s', async format => {
    const servers = await serve({}, {}, { offset: 1 }, { leap: 3, stratum: 16 });
    const env = { TERM: 'xterm-256color', COLORTERM: 'truecolor' };
    const { stdout, stderr } = await tsntp(['-d', '-p', '1', '--format', format, ...servers], { env });
    expect(stdout + stderr).not.toContain(ESCAPE);
  });

  test('usage, --help and a failure', async () => {
    const env = { TERM: 'xterm-256color' };
    for (const args of [['--help'], ['-q', '-t', 'abc'], ['-q', 'no-such-host.invalid']]) {
      const { stdout, stderr } = await tsntp(args, { env });
      expect(stdout + stderr).not.toContain(ESCAPE);
    }
  });

  test('unless they are asked for', async () => {
    const [server] = await serve({});
    const table = ['-q', '-p', '1', '--format', 'table', server!];
    expect((await tsntp([...table, '--color'])).stdout).toContain(ESCAPE);
    expect((await tsntp(table, { env: { FORCE_COLOR: '1' } })).stdout).toContain(ESCAPE);
    expect((await tsntp([...table, '--no-color'], { env: { FORCE_COLOR: '1' } })).stdout).not.toContain(
      ESCAPE,
    );
  });
});

describe.runIf(hasTerminal)('at a real terminal', () => {
  test('the table, in colors', async () => {
    const servers = await serve({}, {}, { offset: 1 });
    const { code, stdout } = await atTerminal(['-q', '-p', '1', ...servers]);
    expect(code).toBe(0);
    expect(stdout).toContain(`${ESCAPE}[31mx`);
    expect(stdout).toContain(`${ESCAPE}[32m*`);
    expect(plain(stdout)).toMatch(/This clock is .*\s2 of 3\s+servers\s+agree/);
  });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, []],
    ['TERM=dumb', { TERM: 'dumb' }, []],
    ['--no-color', {}, ['--no-color']],
  ])('%s: the table without colors', async (_, env: Record<string, string>, args) => {
    const [server] = await serve({});
    const { stdout } = await atTerminal(['-q', '-p', '1', ...args, server!], { env });
    expect(stdout).toMatch(/^ {3}remote /);
    expect(stdout).not.toContain(ESCAPE);
  });

  test('0 columns: the table as in a pipe, and an end', async () => {
    const { server } = await serveSilence();
    const { code, stdout } = await atTerminal(['-q', '-p', '1', '-t', '1.3', server], { columns: 0 });
    expect(code).toBe(3);
    expect(plain(stdout)).toContain('no reply');
    expect(stdout).not.toMatch(/round|server,/);
  });

  test('-d: a trace, and no spinner in it', async () => {
    const { server } = await serveSilence();
    const { stdout } = await atTerminal(['-d', '-p', '1', '-t', '1.3', server]);
    expect(stdout).toContain('transmit(127.0.0.1)');
    expect(plain(stdout).match(/No server suitable/g)).toHaveLength(1);
    expect(stdout).not.toMatch(/round|server,/);
  });
});

describe.runIf(hasTerminal)('the spinner', () => {
  const patient = ['-q', '-p', '1', '-t', '1.6'];

  test('comes when no server has answered in a second, and goes without a trace', async () => {
    const { server } = await serveSilence();
    const { stdout } = await atTerminal([...patient, server], { redirect: '>/dev/null' });
    expect(plain(stdout)).toContain('1 server, round 1 of 1, about 1 s left');
    expect(stdout).toContain(`${ESCAPE}[?25l`);
    expect(stdout.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(stdout.lastIndexOf('round 1'));
  });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, []],
    ['--no-color', {}, ['--no-color']],
  ])('%s: without colors, and gone at the end', async (_, env: Record<string, string>, args) => {
    const { server } = await serveSilence();
    const { stdout } = await atTerminal([...patient, ...args, server], { env, redirect: '>/dev/null' });
    expect(stdout).toContain('1 server, round 1 of 1');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is how a color begins
    expect(stdout).not.toMatch(/\x1b\[\d+m/);
    const [, shown = ''] = stdout.split('about 1 s left').slice(-2);
    expect(plain(shown).trim()).toMatch(/^tsntp: No server suitable|^No server|^$/);
  });

  test('at 40 columns: on one line', async () => {
    const { server } = await serveSilence();
    const { stdout } = await atTerminal([...patient, server], { columns: 40, redirect: '>/dev/null' });
    expect(plain(stdout)).toMatch(/\S round 1 of 1, about 1 s left/);
    expect(plain(stdout)).not.toContain('1 server, round');
  });

  test('does not come when all is over by then', async () => {
    const [server] = await serve({});
    const short = ['-q', '-p', '2', '--interval', '0.4', server!];
    const { stdout } = await atTerminal(short, { redirect: '>/dev/null' });
    expect(stdout).toBe('');
  });

  test.each([
    ['a stderr that is no terminal', { redirect: '2>/dev/null' }],
    ['TERM=dumb', { env: { TERM: 'dumb' } }],
    ['CI', { env: { CI: '1' } }],
  ])('does not come on %s', async (_, setup) => {
    const { server } = await serveSilence();
    expect((await atTerminal([...patient, server], setup)).stdout).not.toMatch(/round|server,/);
  });
});
