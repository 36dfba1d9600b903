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

test('one that has been is heard at once', () => {
  const heard: string[] = [];
  const stopListening = onAbort(AbortSignal.abort(), () => heard.push('late'));
  expect(heard).toEqual(['late']);
  stopListening();
});
