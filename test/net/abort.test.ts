import { expect, test } from 'vitest';
import { onAbort } from '../../src/net/abort.ts';

test('an abort calls each listener that has not stopped, once', () => {
  const stop = new AbortController();
  const heard: string[] = [];
  onAbort(stop.signal, () => heard.push('listening'));
  const deaf = onAbort(stop.signal, () => heard.push('gone'));
  deaf();
  stop.abort();
  expect(heard).toEqual(['listening']);
});

test('a signal that is aborted already calls its listener at once', () => {
  const heard: string[] = [];
  const deaf = onAbort(AbortSignal.abort(), () => heard.push('late'));
  expect(heard).toEqual(['late']);
  deaf();
});
