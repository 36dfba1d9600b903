// One word or two for every verdict, and the right ones for what users know by name.

import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/pipeline/outcome.ts';
import { noteOf } from '../../src/report/note.ts';
import { kiss, type SimulatedServer } from '../support/world/server.ts';
import { world } from '../support/world.ts';

const notes = (outcome: Outcome) => outcome.servers.map(report => noteOf(report, outcome));

test.each<[note: string, server: SimulatedServer]>([
  ['refused', { fault: 'refuses' }],
  ['no route', { fault: 'no-route' }],
  ['no reply', { fault: 'silent' }],
  ['unsynchronized', { says: { leap: 3, stratum: 16 } }],
  ['rate limited', { answers: ({ reply }) => [{ bytes: reply(kiss('RATE')) }] }],
  ['access denied', { answers: ({ reply }) => [{ bytes: reply(kiss('DENY')) }] }],
  ['too far', { says: { rootDispersion: 3 } }],
  ['implausible', { offset: -2e9 }],
  ['', {}],
])('%s', async (note, server) => {
  expect(notes(await world({ servers: { '192.0.2.1': server } }).query())).toEqual([note]);
});

test.each([
  ['not-found', 'unknown name'],
  ['temporary', 'unresolved'],
  ['no-address-of-family', 'no address'],
] as const)('a name whose lookup comes to %s: %s', async (fails, note) => {
  expect(notes(await world({ names: { a: { fails } } }).query())).toEqual([note]);
});

describe('a server that was measured', () => {
  const two = { a: {}, b: { offset: 1 } };

  test('without a majority', async () => {
    expect(notes(await world({ servers: two }).query())).toEqual(['no majority', 'no majority']);
  });

  test('of too few', async () => {
    expect(notes(await world({ servers: { a: {} } }).query({ minServers: 2 }))).toEqual(['too few']);
  });

  test('against the majority', async () => {
    expect(notes(await world({ servers: { ...two, c: {} } }).query())).toEqual(['', 'falseticker', '']);
  });
});
