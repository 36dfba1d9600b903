// Any text as a server list, plain or as a configuration of ntpd, chronyd, or timesyncd: servers and notes, or one line
// that states the place and the problem.

import { expect } from 'vitest';
import { ListError } from '../../src/sources/files.ts';
import { parseServerList } from '../../src/sources/read.ts';
import { ServerSyntaxError } from '../../src/sources/server.ts';
import { expectPrintable, fuzz, linesOf } from './fuzz.ts';

const words = [
  'server',
  'pool',
  'peer',
  'SERVER',
  'iburst',
  'noselect',
  'prefer',
  'nts',
  'key',
  'version',
  'port',
  '4',
  '0',
  '65536',
  '-4',
  '-6',
  '127.127.1.0',
  '192.0.2.1',
  '[::1]:123',
  'ntp.example',
  'driftfile /x',
  'include /none/*.conf',
  'restrict default notrust',
  'maxsources',
  'trust require',
  'ipv4',
  'offset',
  'tos minsane',
  'maxdistance',
  'trustedkey',
  'authselectmode require',
  'nts ca /x',
  'ntstrustedcerts 1 /x',
  'RootDistanceMaxSec=',
  '"',
  '\\',
  '[Time]',
  'NTP=',
  'FallbackNTP=',
  '=',
  '# comment',
  '!',
  '[Other]',
];

fuzz('server-list', linesOf(words), bytes => {
  const text = new TextDecoder().decode(bytes);
  for (const name of ['stdin', '/etc/ntp.conf']) {
    try {
      const { servers, notes } = parseServerList(text, name);
      for (const note of notes) expectPrintable(note);
      for (const { host, port, key = 1, version = 4, from } of servers) {
        expectPrintable(`${host} ${from}`);
        expect(port >= 1 && port <= 65_535 && key >= 1 && version >= 1 && version <= 4).toBe(true);
      }
    } catch (error) {
      expect(error instanceof ServerSyntaxError || error instanceof ListError).toBe(true);
      expectPrintable((error as Error).message);
      expect((error as Error).message).toMatch(/^(stdin|\/etc\/ntp\.conf):\d+: /);
    }
  }
});
