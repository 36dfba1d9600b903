import { expect, test } from 'vitest';
import { namesOfRange } from '../../src/fleet/host-range.ts';

test.each([
  ['gate.example', ['gate.example']],
  ['[2001:db8::5]:123', ['[2001:db8::5]:123']],
  ['g[1:3].example', ['g1.example', 'g2.example', 'g3.example']],
  ['g[08:10]', ['g08', 'g09', 'g10']],
  ['g[1:9:4]:1123', ['g1:1123', 'g5:1123', 'g9:1123']],
  ['db-[a:c]', ['db-a', 'db-b', 'db-c']],
  ['[a:b][1:2]', ['a1', 'a2', 'b1', 'b2']],
])('%s stands for its names, as in an inventory of Ansible', (pattern, names) => {
  expect(namesOfRange(pattern)).toEqual(names);
});

test.each(['g[3:1]', 'g[1:99999999]', 'g[1:3:0]', 'g[1:999][1:999]'])('%s is refused', pattern => {
  expect(() => namesOfRange(pattern)).toThrow(/must go up, to at most 65536 names/);
});
