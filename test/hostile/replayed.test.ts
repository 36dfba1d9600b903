// Duplicate, replayed, and late replies: one reply counts per request, and only while the request is outstanding.

import { describe, expect, test } from 'vitest';
import { judge, judgeEach } from './bench.ts';
import { all, type Behavior, delayed, lie, reply, script, silence, truth } from './server.ts';

const FAR = 500;
/** Answers with the origin of the previous request, which was already answered. */
const again: Behavior = ask => reply({ origin: ask.nonces.at(-2) ?? 0n }, FAR)(ask);

describe('duplicates: only the first reply counts', () => {
  const duplicates: Readonly<Record<string, Behavior>> = {
    'the same twice': all(truth, truth),
    'the same 50 times': all(...Array<Behavior>(50).fill(truth)),
    'then one that lies': all(truth, lie(FAR)),
    'then one that lies, 20 ms later': all(truth, delayed(0.02, lie(FAR))),
    'then one that lies with less delay': all(truth, reply({ precision: -30 }, -FAR)),
    'the first once more, for every later request': all(truth, again),
    'the first once more, ahead of every later reply': all(again, truth),
    'replies to all requests so far, all lying but the last': all(
      ask => ask.nonces.slice(0, -1).flatMap(origin => reply({ origin }, FAR)(ask)),
      truth,
    ),
    'the reply of another run': all(reply({ origin: 0xe8d1_2345_6789_abcdn }, FAR), truth),
  };
  judgeEach(
    Object.entries(duplicates).map(([name, server]) => ({ name, server, expected: 'accepted' })),
    { samples: 4 },
  );

  test('each duplicate is counted as rejected', async () => {
    const { rows } = await judge([all(truth, truth, truth)], { samples: 3 });
    expect(rows[0]!).toMatchObject({ sent: 3, answered: 3, samples: { length: 3 } });
    expect(rows[0]!.rejections.every(({ test, kind }) => test === '1' && kind === 'duplicate')).toBe(true);
  });
});

describe('replays alone', () => {
  judgeEach([
    {
      name: 'of a recorded reply',
      server: reply({ origin: 0xe8d1_2345_6789_abcdn }),
      expected: { fails: '2' },
    },
    {
      name: 'of the reply to the request before',
      server: script(silence, ask => reply({ origin: ask.nonces[0]! }, FAR)(ask)),
      expected: { fails: '1', kind: 'late' },
    },
  ]);
});

describe('late replies', () => {
  judgeEach(
    [
      { name: 'after the timeout', server: delayed(0.6, truth), expected: { fails: '1', kind: 'late' } },
      { name: 'after the timeout, lying', server: delayed(0.6, lie(FAR)), expected: { fails: '1' } },
    ],
    { samples: 3, timeout: 0.4 },
  );
  judgeEach(
    [
      {
        name: 'the first lies and arrives after the timeout; the others are true and in time',
        server: script(delayed(0.6, lie(FAR)), truth),
        expected: 'accepted',
      },
      {
        name: 'the first arrives with the second',
        server: script(
          silence,
          all(ask => reply({ origin: ask.nonces[0]! }, FAR)(ask), truth),
        ),
        expected: 'accepted',
      },
    ],
    { samples: 3, timeout: 0.4 },
  );
  judgeEach(
    [
      {
        name: 'a round trip of 3.3 s is too long',
        server: delayed(3.3, truth),
        expected: { fails: 'A', kind: 'bad-delay' },
      },
    ],
    {
      samples: 1,
      timeout: 6,
    },
  );
});
