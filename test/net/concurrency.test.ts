import { expect, test } from 'vitest';
import { concurrency } from '../../src/net/concurrency.ts';

/** A piece of work that lasts until it is told to end. */
function work() {
  const { promise, resolve, reject } = withResolvers();
  const piece = { begun: false, end: resolve, fail: () => reject(new Error('no luck')) };
  const run = (): Promise<void> => {
    piece.begun = true;
    return promise;
  };
  return Object.assign(piece, { run });
}

function withResolvers() {
  let resolve: () => void = () => {};
  let reject: (why: Error) => void = () => {};
  const promise = new Promise<void>((fulfill, refuse) => {
    resolve = fulfill;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('at most so many pieces of work run at a time, the others in the order in which they came', async () => {
  const slot = concurrency(2);
  const pieces = [work(), work(), work(), work()];
  const all = pieces.map(piece => slot(piece.run));
  const begun = () => pieces.map(piece => piece.begun);
  await settled();
  expect(begun()).toEqual([true, true, false, false]);
  pieces[1]!.end();
  await settled();
  expect(begun()).toEqual([true, true, true, false]);
  for (const piece of pieces) piece.end();
  await Promise.all(all);
  expect(begun()).toEqual([true, true, true, true]);
});

test('room that passes to a waiting piece of work is not given to another as well', async () => {
  const slot = concurrency(1);
  const [first, second, third] = [work(), work(), work()];
  const all = [slot(first.run), slot(second.run)];
  first.end();
  await settled();
  all.push(slot(third.run));
  await settled();
  expect([second.begun, third.begun]).toEqual([true, false]);
  second.end();
  third.end();
  await Promise.all(all);
});

test('work that fails makes room, and its failure is its own', async () => {
  const slot = concurrency(1);
  const [failing, next] = [work(), work()];
  const failed = slot(failing.run);
  const done = slot(next.run);
  failing.fail();
  await expect(failed).rejects.toThrow('no luck');
  next.end();
  await done;
  expect(await slot(async () => 'room')).toBe('room');
});
