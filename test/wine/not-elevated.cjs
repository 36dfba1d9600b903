// node.exe not-elevated.cjs KOFFI MODULE ARGUMENTS: runs the module as an administrator whose process is not elevated.
// learn.microsoft.com: CreateRestrictedToken, ImpersonateLoggedOnUser.

const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const koffi = require(process.argv[2]);

const TOKEN_ALL_ACCESS = 0xf01ff;
const WIN_BUILTIN_ADMINISTRATORS_SID = 26;
const SECURITY_MAX_SID_SIZE = 68;
const CURRENT_PROCESS = -1;

koffi.struct('SidAndAttributes', { sid: 'void *', attributes: 'uint32' });
const advapi32 = koffi.load('advapi32.dll');
const call = declaration => {
  const declared = advapi32.func(declaration);
  return (...args) => {
    if (!declared(...args)) throw new Error(`${declaration} failed`);
  };
};
const openToken = call('int __stdcall OpenProcessToken(intptr_t process, uint32 access, void *token)');
const createSid = call('int __stdcall CreateWellKnownSid(int type, void *domain, void *sid, void *size)');
const restrict = call(
  'int __stdcall CreateRestrictedToken(intptr_t token, uint32 flags, uint32 disabled, SidAndAttributes *disable, uint32 deleted, void *privileges, uint32 restricted, void *sids, void *result)',
);
const impersonate = call('int __stdcall ImpersonateLoggedOnUser(intptr_t token)');

const own = Buffer.alloc(8);
openToken(CURRENT_PROCESS, TOKEN_ALL_ACCESS, own);
const administrators = Buffer.alloc(SECURITY_MAX_SID_SIZE);
const size = Buffer.alloc(4);
size.writeUInt32LE(SECURITY_MAX_SID_SIZE);
createSid(WIN_BUILTIN_ADMINISTRATORS_SID, null, administrators, size);
const restricted = Buffer.alloc(8);
const disable = [{ sid: administrators, attributes: 0 }];
restrict(own.readBigInt64LE(), 0, 1, disable, 0, null, 0, null, restricted);
impersonate(restricted.readBigInt64LE());

const [module] = process.argv.splice(1, 3).slice(2);
process.argv.splice(1, 0, module);
import(pathToFileURL(resolve(module)));
