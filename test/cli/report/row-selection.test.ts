// Which servers of a long list a table shows, and how the others are counted.

import { describe, expect, test } from 'vitest';
import { ROWS, selectRows } from '../../../src/cli/report/row-selection.ts';
import type { PeerEstimate } from '../../../src/ntp/filter.ts';
import type { ServerReport } from '../../../src/pipeline/outcome.ts';
import type { Verdict } from '../../../src/pipeline/verdict.ts';
import { server } from '../../support/world.ts';

type Kind = 'survivor' | 'outlier' | 'falseticker' | 'no-reply' | 'unreachable' | 'undecided';

const verdicts: Readonly<Record<Kind | 'system-peer', Verdict>> = {
  'system-peer': { kind: 'system-peer', weight: 1 },
  survivor: { kind: 'survivor', weight: 0 },
  outlier: { kind: 'outlier' },
  falseticker: { kind: 'falseticker' },
  'no-reply': { kind: 'no-reply' },
  unreachable: { kind: 'unreachable', message: 'no route' },
  undecided: { kind: 'undecided' },
};

/** A server of this name, with this offset if it answered. */
function report(host: string, kind: Kind | 'system-peer', offset?: number): ServerReport {
  const estimate = offset === undefined ? {} : { estimate: { offset } as PeerEstimate };
  return { server: server(host), verdict: verdicts[kind], ...estimate };
}

const several = (kind: Kind, count: number, offset: (i: number) => number | undefined = () => 0) =>
  Array.from({ length: count }, (_, i) => report(`${kind}${i}`, kind, offset(i)));
const shownOf = (servers: readonly ServerReport[]) => selectRows(servers).shown.map(one => one.server.host);

describe('a list that fits', () => {
  test('is shown whole, in its order, and nothing is counted', () => {
    const servers = [...several('survivor', ROWS - 1), report('peer', 'system-peer', 0)];
    expect(selectRows(servers)).toEqual({ shown: servers, rest: '' });
  });
});

describe('a longer list', () => {
  const peer = report('peer', 'system-peer', 10);

  test('shows the system peer, wherever it was named', () => {
    expect(shownOf([...several('falseticker', 100), peer])).toContain('peer');
  });

  test('shows the falsetickers that are farthest from the system peer, on either side', () => {
    // Measured from the peer at +10 s: the first is 50 s off, the last 1 s; half of them are behind it.
    const liars = several('falseticker', 50, i => 10 + (i % 2 === 0 ? 1 : -1) * (50 - i));
    const shown = shownOf([...liars.toReversed(), peer]);
    expect(shown).toHaveLength(ROWS);
    expect(new Set(shown)).toEqual(
      new Set(['peer', ...liars.slice(0, ROWS - 1).map(one => one.server.host)]),
    );
  });

  test('shows the outliers that are farthest from the system peer, after all that are in trouble', () => {
    const outliers = several('outlier', 50, i => 10 + i / 1000);
    const shown = shownOf([peer, ...several('no-reply', 9, () => undefined), ...outliers]);
    const farthest = outliers.slice(-(ROWS - 10)).map(one => one.server.host);
    expect(shown.filter(host => host.startsWith('outlier'))).toEqual(farthest);
    expect(shown.filter(host => host.startsWith('no-reply'))).toHaveLength(9);
  });

  test('shows each kind of trouble in turn', () => {
    const servers = [
      peer,
      ...several('falseticker', 40, i => i),
      ...several('no-reply', 40, () => undefined),
      ...several('unreachable', 4, () => undefined),
    ];
    const shown = shownOf(servers);
    const count = (kind: string) => shown.filter(host => host.startsWith(kind)).length;
    expect([count('unreachable'), count('falseticker') + count('no-reply')]).toEqual([4, ROWS - 5]);
    expect(Math.abs(count('falseticker') - count('no-reply'))).toBeLessThanOrEqual(1);
  });

  test('keeps the order in which the servers were named', () => {
    const servers = [...several('survivor', 40), peer, ...several('falseticker', 3, i => 20 + i)];
    const shown = selectRows(servers).shown;
    expect(shown).toEqual(servers.filter(one => shown.includes(one)));
  });

  test('counts what is left out by its tally, each kind once, and none that is not there', () => {
    const servers = [
      peer,
      ...several('survivor', 40),
      ...several('outlier', 1, () => 11),
      ...several('undecided', 2),
    ];
    expect(selectRows(servers).rest).toBe('… and 14 more: 12 survivors, 2 measured only (-v shows all)');
    const liars = [peer, ...several('falseticker', ROWS)];
    expect(selectRows(liars).rest).toBe('… and 1 more: 1 falseticker (-v shows all)');
  });

  test('without a system peer shows what is in trouble first', () => {
    const shown = shownOf([...several('undecided', 40), ...several('no-reply', 5, () => undefined)]);
    expect(shown.filter(host => host.startsWith('no-reply'))).toHaveLength(5);
    expect(shown).toHaveLength(ROWS);
  });
});
