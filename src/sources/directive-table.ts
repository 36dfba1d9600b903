// The directives of chrony.conf(5), ntp.conf(5), and NTPsec that directives.ts does not obey, by how they are handled.
// Directives that do not affect which servers are queried, accepted, or trusted are ignored; others yield a note or an
// error.

/** Controls a daemon, its files, clients, or logs, or how it corrects the clock. */
export const IRRELEVANT: ReadonlySet<string> = new Set(
  [
    // chronyd
    'acquisitionport allow bindaddress bindcmdaddress bindcmddevice binddevice clientloglimit clockprecision',
    'cmdallow cmddeny cmdport cmdratelimit combinelimit commandkey corrtimeratio deny driftfile dscp dumpdir',
    'dumponexit fallbackdrift generatecommandkey hwclockfile hwtimestamp hwtstimeout leapsecmode leapsectz',
    'leapseclist linux_freq_scale linux_hz local lock_all log logbanner logchange logdir mailonchange manual',
    'maxclockerror maxdrift maxntsconnections maxsamples maxslewrate maxupdateskew maxtxbuffers minsamples',
    'noclientlog ntpsigndsocket ntscachedir ntsdumpdir ntsntpserver ntsport ntsprocesses ntsratelimit ntsrefresh',
    'ntsrotate ntsservercert ntsserverkey opencommands pidfile port ptpdomain ptpport ratelimit refresh reselectdist',
    'rtcautotrim rtcdevice rtcfile rtconutc rtcsync sched_priority smoothtime stratumweight tempcomp user',
    // ntpd, classic and NTPsec
    'authdelay automax broadcast broadcastdelay calldelay clientlimit clientperiod controlkey crypto device disable',
    'discard enable extra filegen fudge interface ippeerlimit keysdir leapfile leapsmearinterval limit',
    'logconfig logfile manycastserver mdnstries monitor mru multicastserver nic nonvolatile phone pollskewlist',
    'precision requestkey reset revoke rlimit saveconfigdir setvar simulate statistics',
    'statsdir statspath tick trap ttl unrestrict',
    // OpenNTPD
    'listen query rtable sensor',
  ].flatMap(names => names.split(' ')),
);

/** Directives for which a run differs from a daemon: noted with -v, and when no server is left. */
export const NOTED: ReadonlyMap<string, string> = new Map([
  ['bindacqaddress', 'requests leave from any address; use --source ADDR'],
  ['bindacqdevice', 'requests leave from any address; use --source ADDR'],
  ['broadcastclient', 'a run does not wait for broadcasts: add the server with "server HOST"'],
  ['multicastclient', 'a run does not wait for multicasts: add the server with "server HOST"'],
  ['manycastclient', 'a run does not discover servers: add them with "server HOST"'],
  ['initstepslew', 'its servers are used only when chronyd starts: add them with "server HOST"'],
  ['makestep', 'set the limit for steps with --step-threshold S, -b or -B'],
  ['tinker', 'set the limit for steps with --step-threshold S; -g lifts the panic limit'],
  ['maxchange', 'set the largest correction with --max-offset S'],
  ['nocerttimecheck', 'certificate dates are checked unless --nts-ignore-dates is given'],
  ['refclock', 'a reference clock, not a server: skipped'],
]);

/** Restricts which servers are accepted in a way that a run cannot enforce. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ['constraint', 'times are not checked against HTTPS'],
  ['constraints', 'times are not checked against HTTPS'],
  ['authenticate', 'servers are authenticated by "server HOST key N"'],
]);

/** Restricts which servers are accepted, unless its value is one that every server here satisfies. */
export const HARMLESS_FROM: ReadonlyMap<string, (value: number) => boolean> = new Map([
  ['maxstratum', (value: number) => value >= 15],
  ['minstratum', (value: number) => value <= 1],
  ['maxjitter', (value: number) => value >= 1],
  ['tos ceiling', (value: number) => value >= 15],
  ['tos floor', (value: number) => value <= 1],
  ['tos maxdisp', (value: number) => value >= 16],
]);

/** Parts of `tos` about serving clients, orphan mode, and how survivors are combined. */
export const IRRELEVANT_TOS: ReadonlySet<string> = new Set(
  'basedate bcpollbstep beacon cohort minclock mindist orphan orphanwait'.split(' '),
);
