import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../../src/net/fifo.ts';

test('items leave in the order in which they came, however many', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3000, max: 3000 }), { maxLength: 12 }), steps => {
      const queue = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const step of steps) {
        for (let i = 0; i < step; i++) {
          queue.push(next);
          model.push(next++);
        }
        for (let i = step; i < 0; i++) {
          expect(queue.first).toBe(model[0]);
          expect(queue.shift()).toBe(model.shift());
        }
      }
      expect(queue.first).toBe(model[0]);
    }),
  );
});
