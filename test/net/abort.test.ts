import { expect, test } from 'vitest';
import { onAbort } from '../../src/net/abort.ts';

test('an abort calls each remaining listener once', () => {
  const stop = new AbortController();
  const heard: string[] = [];
  onAbort(stop.signal, () => heard.push('listening'));
  const stopListening = onAbort(stop.signal, () => heard.push('gone'));
  stopListening();
  stop.abort();
  expect(heard).toEqual(['listening']);
});

test('a signal that is aborted already calls its listener at once', () => {
  const heard: string[] = [];
  const stopListening = onAbort(AbortSignal.abort(), () => heard.push('late'));
  expect(heard).toEqual(['late']);
  stopListening();
});
