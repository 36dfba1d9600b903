import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRefid } from '../../src/ntp/refid.ts';
import { refid } from '../support/world/server.ts';

describe('formatRefid', () => {
  test.each([
    ['GPS', 1, '.GPS.'],
    ['PPS', 1, '.PPS.'],
    ['DCFa', 1, '.DCFa.'],
    ['RATE', 0, '.RATE.'],
    ['INIT', 0, '.INIT.'],
    ['X', 1, '.X.'],
    ['STEP', 16, '.STEP.'],
    ['INIT', 255, '.INIT.'],
    ['', 1, ''],
    ['', 0, ''],
  ])('%j of stratum %i is %j', (text, stratum, shown) => {
    expect(formatRefid(refid(text), stratum)).toBe(shown);
  });

  test.each([
    [0xc0_00_02_01, 2, '192.0.2.1'],
    [0xff_fe_80_00, 15, '255.254.128.0'],
    [0x00_00_00_00, 3, '0.0.0.0'],
    [refid('GPS'), 2, '71.80.83.0'],
    [refid('STEP'), 15, '83.84.69.80'],
    [0xc0_00_02_01, 16, '192.0.2.1'],
  ])('%i of stratum %i is the address %s', (id, stratum, shown) => {
    expect(formatRefid(id, stratum)).toBe(shown);
  });

  test.each([
    ['\x1b[2J', '0x1b5b324a'],
    ['\x9b31m', '0x9b33316d'],
    ['A\0B', '0x41004200'],
    ['\0GPS', '0x00475053'],
    ['G\xf6P', '0x47f65000'],
    ['a\nb', '0x610a6200'],
    ['\r', '0x0d000000'],
    ['\x7f', '0x7f000000'],
    ['\xff\xff\xff\xff', '0xffffffff'],
  ])('%j, which a terminal might obey, is given in hexadecimal', (text, shown) => {
    expect(formatRefid(refid(text), 0)).toBe(shown);
    expect(formatRefid(refid(text), 1)).toBe(shown);
  });

  test('whatever arrives, one short word of printable ASCII comes out', () => {
    const ids = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(ids, fc.integer({ min: 0, max: 255 }), (id, stratum) => {
        expect(formatRefid(id, stratum)).toMatch(/^[\x21-\x7e]{0,15}$/);
      }),
    );
  });
});
