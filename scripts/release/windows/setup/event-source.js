// The registry's entry by which the Event Viewer finds the texts of tsntp's events. EventCreate.exe has a message for each
// identifier that is nothing but the text of the event.

import { REG_EXPAND_SZ, removeKey, writeNumber, writeText } from './registry.js';

const KEY = 'SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\tsntp';
/** EVENTLOG_ERROR_TYPE, EVENTLOG_WARNING_TYPE and EVENTLOG_INFORMATION_TYPE. */
const TYPES = 7;

/** Registers the source `tsntp` of the log "Application". */
export function registerEventSource() {
  writeText(KEY, 'EventMessageFile', REG_EXPAND_SZ, '%SystemRoot%\\System32\\EventCreate.exe');
  writeNumber(KEY, 'TypesSupported', TYPES);
}

/** Removes the source. */
export function removeEventSource() {
  removeKey(KEY);
}
