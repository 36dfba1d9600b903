// systemd-timesyncd's files: drop-ins in their order, resets, continuation lines, time spans.

import { expect, test } from 'vitest';
import { ListError } from '../../src/sources/files.ts';
import { parseServerList } from '../../src/sources/read.ts';
import { filesOf } from './files-of.ts';

const MAIN = '/etc/systemd/timesyncd.conf';
const parse = (text: string, others: Readonly<Record<string, string>> = {}, name = MAIN) =>
  parseServerList(text, name, filesOf(others));
const hosts = (...given: Parameters<typeof parse>) => parse(...given).servers.map(({ host }) => host);

test('drop-ins add to the file by name, and of one name the folder under /etc counts', () => {
  const others = {
    '/etc/systemd/timesyncd.conf.d/20.conf': '[Time]\nNTP=etc20\n',
    '/run/systemd/timesyncd.conf.d/10.conf': '[Time]\nNTP=run10\n',
    '/run/systemd/timesyncd.conf.d/20.conf': '[Time]\nNTP=run20\n',
    '/usr/local/lib/systemd/timesyncd.conf.d/30.conf': '[Time]\nNTP=local30\n',
    '/usr/lib/systemd/timesyncd.conf.d/05.conf': '[Time]\nNTP=lib05\n',
    '/usr/lib/systemd/timesyncd.conf.d/30.conf': '[Time]\nNTP=lib30\n',
    '/usr/lib/systemd/timesyncd.conf.d/note': '[Time]\nNTP=note\n',
  };
  expect(hosts('[Time]\nNTP=main\n', others)).toEqual(['main', 'lib05', 'run10', 'etc20', 'local30']);
  expect(hosts('', others)).toEqual(['lib05', 'run10', 'etc20', 'local30']);
});

test('a drop-in resets what is before it; an empty one in /etc takes away the one of its name', () => {
  const reset = { [`${MAIN}.d/50.conf`]: '[Time]\nNTP=\nNTP=new\nRootDistanceMaxSec=\n' };
  const { servers, demands } = parse('[Time]\nNTP=old\nRootDistanceMaxSec=2\n', reset);
  expect({ hosts: servers.map(({ host }) => host), demands }).toEqual({ hosts: ['new'], demands: {} });
  const masked = {
    [`${MAIN}.d/5.conf`]: '',
    '/usr/lib/systemd/timesyncd.conf.d/5.conf': '[Time]\nNTP=vendor\n',
  };
  expect(hosts('[Time]\nFallbackNTP=f\n', masked)).toEqual(['f']);
});

test('another file has the drop-ins beside it', () => {
  expect(hosts('[Time]\nNTP=a\n', { '/x/t.conf.d/1.conf': '[Time]\nNTP=b\n' }, '/x/t.conf')).toEqual([
    'a',
    'b',
  ]);
});

test.each([
  ['[Time]\nNTP=a \\\n b\\\n\n', ['a', 'b']],
  ['[Time]\nNTP=a \\\n# no\n; no\n b\n', ['a', 'b']],
  ['[Time]\n# NTP=a \\\nNTP=b\n', ['b']],
  ['[Time]\nNTP=a \\', ['a']],
])('%j: %j', (text, expected) => {
  expect(hosts(text)).toEqual(expected);
});

test('a server that stands in no section, or in another, is noted', () => {
  expect(parse('NTP=a\n[Network]\nNTP=b\n[Time]\nColor=red\n')).toMatchObject({
    servers: [],
    notes: [
      expect.stringMatching(/:1: NTP=a: it is in no section/),
      expect.stringMatching(/:3: NTP=b: it is in \[Network\]/),
      expect.stringMatching(/:5: Color=red: timesyncd\.conf has no such setting/),
    ],
  });
});

test('the root distance', () => {
  expect(parse('[Time]\nRootDistanceMaxSec=1min 30s\nNTP=a\n').demands).toEqual({
    maxDistance: { value: 90, from: `${MAIN}:2`, text: 'RootDistanceMaxSec=1min 30s' },
  });
  expect(() => parse('[Time]\nRootDistanceMaxSec=soon\n')).toThrow(/:2: cannot read .*a time above 0/);
  expect(() => parse('[Time]\nRootDistanceMaxSec=0\n')).toThrow(/a time above 0/);
  const misspelled = () => parse('[Time]\nRootDistanceMaxSecs=3\n');
  expect(misspelled).toThrow(ListError);
  expect(misspelled).toThrow(/did you mean RootDistanceMaxSec=/);
});
