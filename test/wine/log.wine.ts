import { beforeAll, describe, expect, test } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { type WindowsNode, windowsNode } from './windows-node.ts';

// wine has no event log: it reports each call, and each string of an event, on debugging channels.
const CHANNELS = '-all,fixme+advapi,+eventlog';

const missing = unavailable(['wine64']);
if (missing) console.error(missing);

describe.skipIf(missing)('the Windows event log under wine', () => {
  let run: WindowsNode;
  beforeAll(() => {
    run = windowsNode();
  });

  test('receives the text and the facts through advapi32', () => {
    const said = run(
      `
        import { openLog } from './src/host/log/index.ts';
        const log = await openLog({ program: 'tsntp', pid: process.pid });
        const message = 'no server suitable for synchronization found: ± 1 ms';
        log.write({ severity: 'error', message, fields: { TSNTP_RESULT: 'no-suitable-server' } });
        log.close();
        console.log('written');`,
      CHANNELS,
    );
    expect(said).toContain('RegisterEventSourceW ((null),L"tsntp")');
    // The event's type, category and identifier, and two strings.
    expect(said).toMatch(/ReportEventW \(\w+,0x0001,0x0000,0x00000001,\w+,0x0002,/);
    expect(said).toContain('L"no server suitable for synchronization found: \\00b1 1 ms"');
    expect(said).toContain('L"TSNTP_RESULT=no-suitable-server"');
    expect(said).toMatch(/\nwritten\n$/);
  });

  test('receives the result of -s, and stdout stays empty', () => {
    const said = run(
      `
        import { main } from './src/cli/main.ts';
        import { openClock } from './src/clock/index.ts';
        import { startResponder } from './src/net/responder.ts';
        const clock = await openClock();
        const { address, close } = await startResponder(() => clock.now(), { offset: 2.5 });
        const code = await main(['query', '-s', '-p', '1', '127.0.0.1:' + address.port], process);
        close();
        console.log('exit code ' + code);`,
      CHANNELS,
    );
    expect(said).toMatch(/L"adjust time server 127\.0\.0\.1 offset 2\.\d{6} sec"/);
    expect(said).toMatch(/L"TSNTP_RESULT=queried"/);
    expect(said.split('\n').filter(line => !/^\w+:(fixme|err|trace|warn):/.test(line))).toEqual([
      'exit code 0',
      '',
    ]);
  });
});
