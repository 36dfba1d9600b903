// Words that are commands, nearly commands, or hosts: a typing mistake must never set a clock.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  LATER_COMMANDS,
  OPTION_WORDS,
  refuseCommandWords,
} from '../../../src/cli/arguments/command-words.ts';
import { refuseUnresolvedWords } from '../../../src/cli/arguments/unresolved-words.ts';
import { UsageError } from '../../../src/cli/arguments/usage-error.ts';
import { COMMAND_NAMES } from '../../../src/options/command-table.ts';
import { parseServer } from '../../../src/sources/server.ts';
import { edits } from '../../../src/sources/spelling.ts';
import { serve, tsntp } from '../../support/command.ts';

const WORDS = [...COMMAND_NAMES, ...LATER_COMMANDS, ...OPTION_WORDS];

const LETTER = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz-_');

/** A command with one letter added, left out or replaced, or two neighbors exchanged. */
const mistyped = fc
  .tuple(fc.constantFrom(...WORDS), fc.nat(), LETTER, fc.constantFrom('add', 'omit', 'replace', 'exchange'))
  .map(([word, nat, letter, how]) => {
    const at = nat % word.length;
    const [before, after] = [word.slice(0, at), word.slice(at + 1)];
    switch (how) {
      case 'add':
        return before + letter + word.slice(at);
      case 'omit':
        return before + after;
      case 'replace':
        return before + letter + after;
      default:
        return before + after.slice(0, 1) + word[at] + after.slice(1);
    }
  });

test('one mistake in a command is refused, alone and among servers, in capitals too', () => {
  fc.assert(
    fc.property(mistyped, fc.nat(2), fc.boolean(), (word, at, capitals) => {
      const servers = ['192.0.2.1', 'pool.ntp.org'];
      const typed = capitals ? word.toUpperCase() : word;
      expect(() => refuseCommandWords([typed])).toThrow(UsageError);
      expect(() => refuseCommandWords(servers.toSpliced(at, 0, typed))).toThrow(UsageError);
      for (const host of [`${typed}.`, `${typed}:123`, `${typed}.example`, `${typed}2`])
        refuseCommandWords([host]);
    }),
  );
});

test('the advice that a refusal gives can be followed', () => {
  const odd = fc.constantFrom(...' \t\u00a0\u200b!/-.@é，');
  const near = fc.tuple(fc.constantFrom(...WORDS), fc.nat(), odd).map(([word, nat, letter]) => {
    const at = nat % (word.length + 1);
    return word.slice(0, at) + letter + word.slice(at);
  });
  fc.assert(
    fc.property(near, word => {
      let message = '';
      try {
        refuseCommandWords([word]);
      } catch (error) {
        message = (error as Error).message;
      }
      const [, dotted, ported] = / Write a server of that name as (.*) or (.*)$/s.exec(message) ?? [];
      fc.pre(dotted !== undefined && ported !== undefined);
      refuseCommandWords([dotted!, ported!]);
      expect(parseServer(dotted!, 'test').host).not.toBe('');
      expect(parseServer(ported!, 'test').port).toBe(123);
    }),
  );
});

test('a word that resembles no command is a host', () => {
  fc.assert(
    fc.property(fc.string({ unit: LETTER, minLength: 1, maxLength: 10 }), word => {
      fc.pre(WORDS.every(command => edits(word, command) > 1));
      refuseCommandWords([word]);
    }),
  );
  refuseCommandWords(['gps', 'ntp', 'time', 'clock', 'router', 'localhost', 'gateway', 'pool', '', '-']);
});

test.each([
  [
    'qeury',
    '"qeury" is not a command: did you mean "query"? Write a server of that name as qeury. or qeury:123',
  ],
  ['QUERY', '"QUERY" is not a command: did you mean "query"?'],
  ['ｑuery', '"ｑuery" is not a command: did you mean "query"?'],
  ['que\u200bry', '"que\\u{200b}ry" is not a command: did you mean "query"?'],
  ['query', '"query" is a command and must come first: tsntp query …. Write a server of that name as query.'],
  [
    'serve',
    '"serve" is reserved for a command of a later tsntp. Write a server of that name as serve. or serve:123',
  ],
  [
    'wait',
    '"wait" is a command and must come first: tsntp wait …. Write a server of that name as wait. or wait:123',
  ],
  ['query ', 'did you mean "query"? Write a server of that name as query. or query:123'],
])('%s: %s', (word, message) => {
  expect(() => refuseCommandWords([word])).toThrow(message);
});

describe('a bare word beside other servers', () => {
  const nowhere = () => Promise.reject(new Error('no address found for update'));
  const running = () => new AbortController().signal;

  test('that is no host keeps the clock from being set, but not from being asked', async () => {
    const [server] = await serve({});
    const set = await tsntp(['-n', '-p', '1', 'no-such-host', server!]);
    expect(set.code).toBe(2);
    expect(set.stdout).toBe('');
    expect(set.stderr).toMatch(
      /^tsntp: "no-such-host" is not a command, and was not found as a server: .*Nothing was queried or set/,
    );
    expect((await tsntp(['-q', '-p', '1', 'no-such-host', server!])).code).toBe(0);
  });

  test('that is a host is used', async () => {
    const [server] = await serve({});
    const [, port] = server!.split(':');
    const { code } = await tsntp(['-n', '-p', '1', '-4', server!, 'localhost', `localhost:${port}`]);
    expect(code).toBe(0);
  });

  test('is looked up only if nothing shows that it is a host', async () => {
    await expect(refuseUnresolvedWords(['update'], 1, running(), nowhere)).rejects.toThrow(
      'not found as a server',
    );
    const hosts = ['update.', 'update:123', '192.0.2.1', 'ntp1', '[::1]'];
    expect(await refuseUnresolvedWords(hosts, 1, running(), nowhere)).toBe(1);
  });

  test('is waited for no longer than the run may take', async () => {
    const never = (_: string, __: unknown, signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const looking = refuseUnresolvedWords(['update'], 0.01, running(), never);
    await expect(looking).rejects.toThrow('it did not resolve in time');
    const interrupted = AbortSignal.abort();
    expect(await refuseUnresolvedWords(['update'], 1, interrupted, nowhere)).toBeGreaterThan(0);
  });

  test('what it took is taken from the time of the run', async () => {
    const slowly = () => new Promise<[]>(done => setTimeout(() => done([]), 20));
    expect(await refuseUnresolvedWords(['update'], 1, running(), slowly)).toBeLessThan(0.99);
  });
});
