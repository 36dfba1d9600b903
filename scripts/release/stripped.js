// An ELF program → the same without the tables that only debuggers and linkers read. Done here and not by strip(1), which
// handles one processor each and whose bytes depend on its version.

/** Offsets in the header of a 64-bit little-endian ELF file (elf(5), Elf64_Ehdr). */
const [E_PHOFF, E_SHOFF, E_PHENTSIZE, E_PHNUM, E_SHENTSIZE, E_SHNUM, E_SHSTRNDX] = [
  32, 40, 54, 56, 58, 60, 62,
];
/** Offsets in a program header (elf(5), Elf64_Phdr). */
const [P_OFFSET, P_FILESZ] = [8, 32];

/**
 * Cuts a 64-bit little-endian ELF file after its last segment, which is all that the kernel and the loader read, and
 * takes the table of sections out of its header. Throws on other files. @param {Buffer} program @returns {Buffer}
 */
export function stripped(program) {
  if (program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2 || program[5] !== 1)
    throw new Error('not a 64-bit little-endian ELF file');
  const start = Number(program.readBigUInt64LE(E_PHOFF));
  const size = program.readUInt16LE(E_PHENTSIZE);
  const segments = Array.from({ length: program.readUInt16LE(E_PHNUM) }, (_, i) => start + i * size);
  const ends = segments.map(
    at => Number(program.readBigUInt64LE(at + P_OFFSET)) + Number(program.readBigUInt64LE(at + P_FILESZ)),
  );
  const result = Buffer.from(program.subarray(0, Math.max(...ends)));
  result.writeBigUInt64LE(0n, E_SHOFF);
  for (const field of [E_SHENTSIZE, E_SHNUM, E_SHSTRNDX]) result.writeUInt16LE(0, field);
  return result;
}
