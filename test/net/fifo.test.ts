import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../../src/net/fifo.ts';

test('items leave in the order in which they came, however many', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3000, max: 3000 }), { maxLength: 12 }), steps => {
      const queue = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      let wrong = false;
      for (const step of steps) {
        for (let i = 0; i < step; i++) {
          queue.push(next);
          model.push(next++);
        }
        for (let i = step; i < 0; i++) {
          wrong ||= queue.first !== model[0] || queue.shift() !== model.shift();
        }
      }
      expect(wrong).toBe(false);
      expect([queue.first, queue.length]).toEqual([model[0], model.length]);
    }),
    { numRuns: 30 },
  );
});
