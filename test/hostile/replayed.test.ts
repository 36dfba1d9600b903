// Replies that come twice, again, or late: one reply counts for one request, and only while it is waited for.

import { describe, expect, test } from 'vitest';
import { judge, judgeEach } from './bench.ts';
import { all, type Behaviour, delayed, lie, reply, script, silence, truth } from './server.ts';

const FAR = 500;
/** Answers with the origin of the request before, which had its reply. */
const again: Behaviour = ask => reply({ origin: ask.nonces.at(-2) ?? 0n }, FAR)(ask);

describe('duplicates: the first counts, the others are none', () => {
  const duplicates: Readonly<Record<string, Behaviour>> = {
    'the same twice': all(truth, truth),
    'the same 50 times': all(...Array<Behaviour>(50).fill(truth)),
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
    Object.entries(duplicates).map(([name, server]) => ({ name, server, comes: 'believed' })),
    { samples: 4 },
  );

  test('are counted as rejected, one by one', async () => {
    const { rows } = await judge([all(truth, truth, truth)], { samples: 3 });
    expect(rows[0]!).toMatchObject({ sent: 3, answered: 3, samples: { length: 3 } });
    expect(rows[0]!.rejections.every(({ test, kind }) => test === '1' && kind === 'duplicate')).toBe(true);
  });
});

describe('replays alone', () => {
  judgeEach([
    { name: 'of a recorded reply', server: reply({ origin: 0xe8d1_2345_6789_abcdn }), comes: { fails: '2' } },
    {
      name: 'of the reply to the request before',
      server: script(silence, ask => reply({ origin: ask.nonces[0]! }, FAR)(ask)),
      comes: { fails: '1', kind: 'late' },
    },
  ]);
});

describe('late replies', () => {
  judgeEach(
    [
      { name: 'after the timeout', server: delayed(0.6, truth), comes: { fails: '1', kind: 'late' } },
      { name: 'after the timeout, lying', server: delayed(0.6, lie(FAR)), comes: { fails: '1' } },
    ],
    { samples: 3, timeout: 0.4 },
  );
  judgeEach(
    [
      {
        name: 'the first lies and comes after the timeout; the others are true and in time',
        server: script(delayed(0.6, lie(FAR)), truth),
        comes: 'believed',
      },
      {
        name: 'the first comes with the second',
        server: script(
          silence,
          all(ask => reply({ origin: ask.nonces[0]! }, FAR)(ask), truth),
        ),
        comes: 'believed',
      },
    ],
    { samples: 3, timeout: 0.4 },
  );
  judgeEach(
    [
      {
        name: 'a round trip of 3.3 s says too little',
        server: delayed(3.3, truth),
        comes: { fails: 'A', kind: 'bad-delay' },
      },
    ],
    {
      samples: 1,
      timeout: 6,
    },
  );
});
