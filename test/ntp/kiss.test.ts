import { describe, expect, test } from 'vitest';
import { kissOf } from '../../src/ntp/kiss.ts';
import { decodePacket } from '../../src/ntp/packet.ts';
import { captured, packetWith } from '../support/builders.ts';
import { refid } from '../support/world/server.ts';

describe('kissOf', () => {
  test.each([
    ['DENY', 'stop'],
    ['RSTR', 'stop'],
    ['RATE', 'slow-down'],
  ])('%s asks to %s (RFC 5905 §7.4)', (code, demand) => {
    expect(kissOf(packetWith({ stratum: 0, refid: refid(code) }))).toEqual({ code, demand });
  });

  test('a kiss put together by hand', () => {
    expect(kissOf(decodePacket(captured('kiss-rate'))!)).toEqual({ code: 'RATE', demand: 'slow-down' });
  });

  test.each([
    '',
    'INIT',
    'STEP',
    'ACST',
    'NTSN',
    'XYZW',
    'rate',
    'deny',
    'RAT',
    'DEN\0',
    '\x1b[2J',
    '\0DEN',
    'DE\0Y',
  ])('%j asks for nothing', code => {
    expect(kissOf(packetWith({ stratum: 0, refid: refid(code) }))).toBeUndefined();
  });

  test('only a packet of stratum 0 can be a kiss', () => {
    for (let stratum = 1; stratum < 256; stratum++) {
      expect(kissOf(packetWith({ stratum, refid: refid('DENY') }))).toBeUndefined();
    }
  });
});
