// The installed archive on Windows: as an administrator it sets the clock, writes to the event log, keeps its files from other
// users, and runs as a task. TSNTP names its tsntp.cmd.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startResponder } from '../../src/net/responder.ts';
import { scratch } from '../support/command.ts';
import { assertDisposable, powershell, run, trueTime } from './disposable.ts';

const TSNTP = process.env.TSNTP ?? 'C:\\Program Files\\tsntp\\bin\\tsntp.cmd';
const STATE = 'C:\\ProgramData\\tsntp';
/** Of Task Scheduler: the task has not run yet, or runs. */
const UNFINISHED = ['267011', '267009'];

let right: string;
let wrong: string;
const closes: (() => void)[] = [];
beforeAll(async () => {
  assertDisposable();
  for (const offset of [0, 3.25]) {
    const { address, close } = await startResponder(trueTime, { offset });
    closes.push(close);
    if (offset === 0) right = `127.0.0.1:${address.port}`;
    else wrong = `127.0.0.1:${address.port}`;
  }
});
afterAll(() => {
  for (const close of closes) close();
});

const tsntp = (args: string) => run(`"${TSNTP}" ${args}`);
const ahead = () => Date.now() / 1000 - Number(trueTime()) / 1e9;

test('the Windows Time service is found, and the command that stops it works', async () => {
  await run('net start w32time');
  const { code, said } = await tsntp(`sync -b ${wrong}`);
  expect(said).toContain('w32time sets this clock: stop it with "net stop w32time"');
  expect(code).toBe(6);
  expect(Math.abs(ahead())).toBeLessThan(1);
  expect((await run('net stop w32time')).code).toBe(0);
});

test('the clock is stepped, -w says that Windows keeps the hardware clock, and the event log has both times', async () => {
  const { code, said } = await tsntp(`sync -b -w --json ${wrong}`);
  expect({ code, report: JSON.parse(said) }).toMatchObject({
    code: 0,
    report: { result: 'adjusted', rtc: 'kept-by-system' },
  });
  expect(Math.abs(ahead() - 3.25)).toBeLessThan(0.1);
  expect(await tsntp(`sync -b -s ${right}`)).toEqual({ code: 0, said: '' });
  expect(Math.abs(ahead())).toBeLessThan(0.1);
  const query = "*[System[Provider[@Name='tsntp']]]";
  const { said: event } = await run(`wevtutil qe Application "/q:${query}" /c:1 /rd:true /f:xml`);
  expect(event).toMatch(/<EventID[^>]*>10<\/EventID>/);
  expect(event).toMatch(/<Data>step time server .*<Data>TSNTP_OFFSET=-3\.\d+<\/Data>/s);
});

test('rtc ends with 4, and says why', async () => {
  const { code, said } = await tsntp('rtc write');
  expect(said).toContain('Windows keeps the hardware clock itself');
  expect(code).toBe(4);
});

test('only SYSTEM and the Administrators can open what it keeps', async () => {
  const lists = await powershell(`(Get-Acl '${STATE}', '${STATE}\\state.json').Sddl`);
  const [folder, file] = lists.split(/\r?\n/);
  expect(folder).toMatch(/^O:BA.*D:P(AI)?\(A;OICI;FA;;;SY\)\(A;OICI;FA;;;BA\)$/);
  expect(file).toMatch(/^O:BA.*D:P(AI)?\(A;;FA;;;SY\)\(A;;FA;;;BA\)$/);
  const { said } = await run(`icacls "${STATE}" /t`);
  expect(said).not.toMatch(/Users|\(I\)/);
});

test('a file of keys that users can read is refused, and the command in the message makes it one that is not', async () => {
  const file = join(scratch(), 'keys');
  writeFileSync(file, `1 SHA256 HEX:${'ab'.repeat(32)}\n`);
  await run(`icacls "${file}" /grant *S-1-5-32-545:R`);
  const refused = await tsntp(`query -k "${file}" -a 1 ${right}`);
  expect(refused.said).toContain('has secret keys and can be read by Users: run icacls');
  expect(refused.code).toBe(2);
  const [, first = '', second = ''] =
    /run (icacls .*? \/reset), then (icacls .*?)\s*$/m.exec(refused.said) ?? [];
  for (const command of [first, second]) expect((await run(command)).code).toBe(0);
  expect((await tsntp(`query -k "${file}" -a 1 ${right}`)).said).not.toContain('secret keys');
});

test('a state that users can write is not believed', async () => {
  await run(`icacls "${STATE}\\state.json" /grant *S-1-5-32-545:M`);
  expect((await tsntp(`sync -b ${right}`)).said).toContain('can be written by Users: remove it');
});

test('the task runs as SYSTEM, sets the clock, and is removed', async () => {
  const { code, said } = await tsntp(`schedule --install -- --max-offset 60 ${wrong}`);
  expect(code, said).toBe(0);
  expect((await run('schtasks /Run /TN tsntp\\sync')).code).toBe(0);
  const result = "(Get-ScheduledTaskInfo -TaskPath '\\tsntp\\' -TaskName sync).LastTaskResult";
  let last = '';
  for (let tries = 0; tries < 60; tries++) {
    last = await powershell(result);
    if (!UNFINISHED.includes(last)) break;
    await sleep(1000);
  }
  expect(last).toBe('0');
  expect(Math.abs(ahead() - 3.25)).toBeLessThan(0.1);
  expect((await tsntp('schedule --remove')).code).toBe(0);
  expect((await run('schtasks /Query /TN tsntp\\sync')).code).not.toBe(0);
  expect((await tsntp(`sync -b ${right}`)).code).toBe(0);
});
