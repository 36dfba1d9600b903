// What must not compile against the library's declarations. An error that is missing is one itself: "unused '@ts-expect-error'".

import {
  check,
  explain,
  measureOffset,
  type QueryOutcome,
  query,
  report,
  type SyncOutcome,
  sync,
} from 'tsntp';

// @ts-expect-error: a server is a string or an object with a host
query(42);
// @ts-expect-error: servers are not left out
query();
// @ts-expect-error: an object needs a host
query({ port: 123 });
// @ts-expect-error: a field that does not exist
query({ host: 'a.example', prot: 123 });
// @ts-expect-error: a port is a number
query([{ host: 'a.example', port: '123' }]);
// @ts-expect-error: an option that does not exist
query('a.example', { maxOfset: 60 });
// @ts-expect-error: how samples are combined is not a choice of the caller
query('a.example', { estimator: 'least-delay' });
// @ts-expect-error: trust is ntsTrust
query('a.example', { nts: { ca: 'PEM' } });
// @ts-expect-error: a version is from 1 to 4
sync('a.example', { version: 5 });
// @ts-expect-error: a signal is an AbortSignal
sync('a.example', { signal: new Date() });
// @ts-expect-error: an event that does not exist
sync('a.example', { onEvent: event => event.kind === 'no-such-event' });

declare const queried: QueryOutcome;
declare const synced: SyncOutcome;
// @ts-expect-error: not every outcome has an estimate
queried.estimate;
// @ts-expect-error: a query never adjusts
queried.kind === 'adjusted';
// @ts-expect-error: a sync is never only queried
synced.kind === 'queried';
// @ts-expect-error: outcomes are not changed
queried.servers = [];
// @ts-expect-error: a number is not an outcome
explain(await measureOffset('a.example'));
// @ts-expect-error: reports are of outcomes
report(queried.servers[0]);
// @ts-expect-error: a report has no such key
report(queried).ofset;
// @ts-expect-error: a target is a string or an object with a host
check([42]);
// @ts-expect-error: a target has no key
check({ host: 'a.example', key: 7 });
// @ts-expect-error: a check fails on one of three
check('a.example', { failOn: 'everything' });
// @ts-expect-error: a clock is read by one of three means
check('a.example', { via: 'snmp' });
// @ts-expect-error: a reference is a server, or local or majority
check('a.example', { reference: 42 });
