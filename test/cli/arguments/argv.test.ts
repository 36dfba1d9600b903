// What people type that yargs would take otherwise: in the worst case, to set a clock that was to be left alone.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalArgv, readArgv } from '../../../src/cli/arguments/argv.ts';
import { UsageError } from '../../../src/cli/arguments/usage-error.ts';
import { flagOf, OPTION_NAMES } from '../../../src/options/option-names.ts';
import { onLinux, serve, tsntp } from '../../support/command.ts';
import { inProcess } from '../../support/in-process.ts';

const FLAGS = OPTION_NAMES.map(flagOf);

/** What yargs is given for one command line. */
const canonical = (...argv: readonly string[]) => canonicalArgv(readArgv(argv));

test.each([
  ['--query=1', '--query'],
  ['--query=Yes', '--query'],
  ['--query=off', '--query=false'],
  ['--no-query', '--query=false'],
  ['--dry-run=on', '--dry-run'],
  ['--dryRun=1', '--dry-run'],
  ['-q=1', '--query'],
  ['--version=1', '--version'],
  ['--timeout=1', '--timeout=1'],
  ['-t=1', '--timeout=1'],
  ['-t1.5', '--timeout=1.5'],
  ['--file=a=1', '--file=a=1'],
  ['--samples=', '--samples='],
  ['--no-color', '--color=false'],
])('%s is taken as %s', (said, meant) => {
  expect(canonical(said)).toEqual([meant]);
});

test.each([
  ['-qup4', '--query --unprivileged-port --samples=4'],
  ['-vqt6', '--verbose --query --timeout=6'],
  ['-vq=0', '--verbose --query=false'],
  ['-buvs', '--step --unprivileged-port --verbose --syslog'],
  ['-4q', '--ipv4 --query'],
  ['-dvq -o3 -e 0.001', '--debug --verbose --query --ntp-version=3 --authentication-delay=0.001'],
  ['-p 4 -a64 -fB4', '--samples=4 --key=64 --file=B4'],
  ['-I127.0.0.6 -t4', '--source=127.0.0.6 --timeout=4'],
  ['-f - -t -1', '--file=- --timeout=-1'],
  ['query -p 1', 'query --samples=1'],
  ['-q host -u 192.0.2.1 -p 1', '--query --unprivileged-port --samples=1 -- host 192.0.2.1'],
  ['-q -- --query=1 -p4', '--query -- --query=1 -p4'],
  ['help query', '--help -- query'],
  ['wait --timeout 60', 'wait --timeout=60'],
])('%s is taken as %s', (said, meant) => {
  expect(canonical(...said.split(' '))).toEqual(meant.split(' '));
});

test('a flag that two commands share is the option of the command on the line', () => {
  const namesOf = (...argv: string[]) => readArgv(argv).options.map(({ name }) => name);
  expect(namesOf('wait', '--timeout=1')).toEqual(['waitTimeout']);
  for (const line of [['--timeout=1'], ['sync', '--timeout=1'], ['query', '-t', '1'], ['rtc', '--timeout=1']])
    expect(namesOf(...line)).toEqual(['timeout']);
});

test.each([
  [
    '--server 192.0.2.1',
    'unknown option --server; name servers without an option, as in "tsntp pool.ntp.org"',
  ],
  ['--qurey', 'unknown option --qurey: did you mean --query?'],
  ['--dryrun', 'unknown option --dryrun: did you mean --dry-run?'],
  ['--kye 1', 'unknown option --kye: did you mean --key?'],
  ['--deb', 'unknown option --deb: did you mean --debug?'],
  ['--stauts', 'unknown option --stauts: did you mean the command "tsntp status"?'],
  ['--demo', 'unknown option --demo: did you mean the command "tsntp demo"?'],
  ['--nonsense=1', 'unknown option --nonsense; see tsntp --help'],
  ['-qxu', 'unknown option -x in -qxu; see tsntp --help'],
  ['-query', '-query: did you mean --query? A single dash is for one-letter options'],
  ['--no-timeout', '--timeout cannot be negated: leave out --no-timeout'],
  ['--no-help', '--help cannot be negated: leave out --no-help'],
  ['--no-query=1', '--no-query takes no value'],
  ['-p', '-p needs a value; see tsntp --help'],
  ['--state -q', '--state needs a value, and "-q" is an option; if it is the value, write --state=-q'],
  ['-qf --nts', '-f needs a value, and "--nts" is an option; if it is the value, write --file=--nts'],
  ['-f --', '-f needs a value, and "--" is an option; if it is the value, write --file=--'],
  ['--_', 'unknown option --_; see tsntp --help'],
  ['--$0 x', 'unknown option --$0; see tsntp --help'],
  ['--action show', 'unknown option --action; see tsntp --help'],
  ['--__proto__=1', 'unknown option --__proto__; see tsntp --help'],
  ['--=', 'unknown option --; see tsntp --help'],
  ['---', 'unknown option ---; see tsntp --help'],
  ['--\u001b[2J', 'unknown option --\\u{1b}[2J; see tsntp --help'],
])('%s is refused', (said, message) => {
  expect(() => canonical(...said.split(' '))).toThrow(new UsageError(message));
});

const LETTERS = [...'qnbBgwpt46Ioufakdvshe'];
const anyWord = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(...FLAGS.map(name => `--${name}`), ...LETTERS.map(letter => `-${letter}`)),
    fc.tuple(fc.constantFrom('-', '--', '--no-'), fc.constantFrom(...LETTERS, ...FLAGS), fc.string()),
    fc.constantFrom(
      '',
      '-',
      '--',
      '--=',
      '---',
      '-=',
      '--_',
      '--$0',
      '--server',
      '--action',
      '-0',
      '-1e3',
      '0x10',
      '1e3',
    ),
  )
  .map(word => [word].flat().join(''));

/** What reading comes to; undefined for a usage error. Any other error is a bug. */
function unlessUsageError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

test('no command line is more than a usage error, and none loses what it names', () => {
  fc.assert(
    fc.property(fc.array(anyWord, { maxLength: 6 }), argv => {
      const read = unlessUsageError(() => readArgv(argv));
      fc.pre(read !== undefined);
      for (const { name } of read.options) expect(OPTION_NAMES).toContain(name);
      for (const word of read.words) expect(argv).toContain(word);
      if (read.command !== undefined) expect(argv[0]).toBe(read.command);
    }),
    { numRuns: 2000 },
  );
});

test('letters mean the same alone and in a cluster, with their value attached or not', () => {
  const switches = fc.array(fc.constantFrom(...'qnbgwud46'), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      switches,
      fc.constantFrom(...'ptoaf'),
      fc.integer({ min: 0, max: 99 }),
      (some, letter, value) => {
        const alone = canonical(...some.map(each => `-${each}`), `-${letter}`, String(value));
        expect(canonical(`-${some.join('')}${letter}${value}`)).toEqual(alone);
        expect(canonical(`-${some.join('')}${letter}`, String(value))).toEqual(alone);
        expect(canonical(`-${some.join('')}`, `-${letter}=${value}`)).toEqual(alone);
      },
    ),
  );
});

test('whatever is typed, the command ends by saying what is wrong, never in a bug', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyWord, { maxLength: 5 }), async words => {
      // Whatever comes before it, this last list cannot be read: nothing is asked.
      fc.pre(!words.some(word => /^--?(no-)?f/.test(word) || word.includes('completion')));
      const { code, stderr } = await inProcess(['query', ...words, '--file=/no/such/list']);
      expect([0, 2], stderr).toContain(code);
      expect(stderr).not.toMatch(/^\s+at /m);
    }),
    { numRuns: 300 },
  );
});

test('a variable counts though a number looks like a flag that excludes it', async () => {
  const [server] = await serve({});
  const { code, stderr } = await tsntp(['-q', '-p4', server!], { env: { TSNTP_IPV6: '1' } });
  expect({ code, why: stderr.includes('IPv6') }).toEqual({ code: 3, why: true });
});

describe.runIf(onLinux)('a command that may set no clock', () => {
  test.each([
    [['--query=1']],
    [['--query=yes']],
    [['-q=1']],
    [['-vq=1']],
    [['--dry-run=1']],
    [['--debug=on']],
  ])('%j leaves it alone', async args => {
    const [server] = await serve({});
    expect((await tsntp([...args, '--force', '-p', '1', server!])).code).toBe(0);
  });

  test('--query=0 does not', async () => {
    const [server] = await serve({});
    expect((await tsntp(['--query=0', '--force', '-p', '1', server!])).code).toBe(4);
  });
});

test.each(['--query=2', '--query=', '-q=maybe'])('%s is refused', async option => {
  const [server] = await serve({});
  const { code, stdout, stderr } = await tsntp([option, '-p', '1', server!]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^tsntp: (--query|-q): ".*" is not allowed; give 1 or 0$/m);
});

test('--verbose=2 is refused', async () => {
  const { code, stderr } = await tsntp(['--verbose=2', '-q', '127.0.0.1']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'tsntp: --verbose takes no value; give it twice for more detail\n',
  });
});

test.each([
  ['-v', 'query'],
  ['-4', 'query'],
  ['-g', 'rtc'],
  ['-q', 'status'],
])('%s before %s is refused: the command comes first', async (option, command) => {
  const [server] = await serve({});
  const { code, stdout, stderr } = await tsntp([option, command, server!]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`"${command}" is a command and must come first: tsntp ${command} …`);
});

test('--servers is a variable’s name, and given once', async () => {
  const { code, stderr } = await tsntp(['-q', '--servers', 'a', '--servers', 'b']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'tsntp: --servers: given 2 times; give it once\n' });
});
