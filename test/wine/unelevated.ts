// A command of Windows → the same without the rights of an administrator, as in a prompt that is not elevated: its token has
// the group of administrators only to deny. wine itself runs everything with all rights.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WindowsPrompt } from './windows-prompt.ts';

/** Returns the line that runs a command line without these rights, with its output and its exit code. */
export function unelevated({ drive, node, koffi }: WindowsPrompt, command: string): string {
  writeFileSync(join(drive, 'prompt/unelevated.cjs'), script(koffi));
  return `"Z:${node.replaceAll('/', '\\')}" C:\\prompt\\unelevated.cjs ${command}`;
}

/** learn.microsoft.com: CreateRestrictedToken, CreateProcessAsUserW, SID_AND_ATTRIBUTES, STARTUPINFOW, PROCESS_INFORMATION. */
function script(koffi: string): string {
  return `
const koffi = require(${JSON.stringify(koffi)});
const [kernel32, advapi32] = ['kernel32.dll', 'advapi32.dll'].map(name => koffi.load(name));
const call = (library, declaration) => {
  const f = library.func(declaration);
  return (...args) => {
    const result = f(...args);
    if (!result) throw new Error(declaration + ' failed');
    return result;
  };
};
const handle = () => new BigInt64Array(1);
const TOKEN_ALL_ACCESS = 0xf01ff;
const own = handle();
call(advapi32, 'int __stdcall OpenProcessToken(intptr_t process, uint32 access, void *token)')(-1, TOKEN_ALL_ACCESS, own);

const WIN_BUILTIN_ADMINISTRATORS_SID = 26;
const sid = new Uint8Array(68);
call(advapi32, 'int __stdcall CreateWellKnownSid(int32 type, void *domain, void *sid, void *size)')(
  WIN_BUILTIN_ADMINISTRATORS_SID, null, sid, new Uint32Array([sid.length]));
const disabled = new BigInt64Array([BigInt(koffi.address(sid)), 0n]);
const restricted = handle();
call(advapi32, 'int __stdcall CreateRestrictedToken(intptr_t token, uint32 flags, uint32 count, void *disable, uint32 privileges, void *remove, uint32 restrict, void *only, void *result)')(
  own[0], 0, 1, disabled, 0, null, 0, null, restricted);

const STARTF_USESTDHANDLES = 0x100;
const startup = Buffer.alloc(104);
startup.writeUInt32LE(startup.length, 0);
startup.writeUInt32LE(STARTF_USESTDHANDLES, 60);
const standard = kernel32.func('intptr_t __stdcall GetStdHandle(int32 which)');
// Node has made them its own.
const HANDLE_FLAG_INHERIT = 1;
const mark = kernel32.func('int __stdcall SetHandleInformation(intptr_t handle, uint32 mask, uint32 flags)');
[-10, -11, -12].map(which => standard(which)).forEach((each, i) => {
  mark(each, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  startup.writeBigInt64LE(BigInt(each), 80 + 8 * i);
});
const started = Buffer.alloc(24);
const line = Buffer.from(process.argv.slice(2).join(' ') + '\\0', 'utf16le');
call(advapi32, 'int __stdcall CreateProcessAsUserW(intptr_t token, str16 program, void *line, void *process, void *thread, int inherit, uint32 flags, void *environment, str16 folder, void *startup, void *started)')(
  restricted[0], null, line, null, null, 1, 0, null, null, startup, started);

const child = started.readBigInt64LE();
kernel32.func('uint32 __stdcall WaitForSingleObject(intptr_t handle, uint32 milliseconds)')(child, 0xffffffff);
const code = new Uint32Array(1);
call(kernel32, 'int __stdcall GetExitCodeProcess(intptr_t process, void *code)')(child, code);
process.exitCode = code[0];
`;
}
