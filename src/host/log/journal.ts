// The socket of the systemd journal → a log whose entries keep their fields. systemd.io/JOURNAL_NATIVE_PROTOCOL.

import type { Foreign } from '../../clock/ffi.ts';
import type { LogWriter, SystemLog } from '../../pipeline/system-log.ts';
import { journalDatagram } from './journal-datagram.ts';
import { connectDatagrams } from './unix-datagram.ts';

/** Where the journal reads entries. */
const JOURNAL_SOCKET = '/run/systemd/journal/socket';

/** Lengths of a value in bytes, from the usual one to one for kernels with little memory for sockets. */
const LONGEST_VALUES: readonly number[] = [8000, 1000, 100];

/** Opens the journal. Throws an error with the `code` of errno(3) if no journal reads this socket. */
export function openJournal(foreign: Foreign, writer: LogWriter, path: string = JOURNAL_SOCKET): SystemLog {
  const { send, awaitRoom, close } = connectDatagrams(foreign, path);
  return {
    write(entry) {
      awaitRoom();
      if (LONGEST_VALUES.some(longest => send(journalDatagram(entry, writer, longest)) === 'sent')) return;
      throw new Error(`${path} takes no message of this size`);
    },
    close,
  };
}
