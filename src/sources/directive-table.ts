// Every directive of chrony.conf(5), ntp.conf(5) and NTPsec that is not obeyed in directives.ts, by what is done about
// it: nothing, because it says nothing about which servers are asked, believed or trusted; a note; an error.

/** Steers a daemon, its files, its clients, its logs, or how it corrects the clock afterwards. */
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

/** What a daemon would do and a run does otherwise: told with -v, and when no server is left. */
export const SAID: ReadonlyMap<string, string> = new Map([
  ['bindacqaddress', 'requests go from any address; give one with --source ADDR'],
  ['bindacqdevice', 'requests go from any address; give one with --source ADDR'],
  ['broadcastclient', 'a run waits for no broadcasts: name the server with "server HOST"'],
  ['multicastclient', 'a run waits for no multicasts: name the server with "server HOST"'],
  ['manycastclient', 'a run looks for no servers: name them with "server HOST"'],
  ['initstepslew', 'its servers are for the start of chronyd: name them with "server HOST"'],
  ['makestep', 'whether a correction is a step is said with --step-threshold S, -b or -B'],
  ['tinker', 'whether a correction is a step is said with --step-threshold S; -g lifts the panic limit'],
  ['maxchange', 'the largest correction is given with --max-offset S'],
  ['nocerttimecheck', 'dates of certificates count, unless --nts-ignore-dates is given'],
  ['refclock', 'a reference clock, not a server: skipped'],
]);

/** Restricts what is believed, and a run cannot be held to it. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ['constraint', 'times are not checked against HTTPS'],
  ['constraints', 'times are not checked against HTTPS'],
  ['authenticate', 'servers are authenticated by "server HOST key N"'],
]);

/** Restricts what is believed, unless its value is one that every server here meets. */
export const HARMLESS_FROM: ReadonlyMap<string, (value: number) => boolean> = new Map([
  ['maxstratum', (value: number) => value >= 15],
  ['minstratum', (value: number) => value <= 1],
  ['maxjitter', (value: number) => value >= 1],
  ['tos ceiling', (value: number) => value >= 15],
  ['tos floor', (value: number) => value <= 1],
  ['tos maxdisp', (value: number) => value >= 16],
]);

/** What `tos` says of serving others, of orphans, and of how survivors are combined. */
export const IRRELEVANT_TOS: ReadonlySet<string> = new Set(
  'basedate bcpollbstep beacon cohort minclock mindist orphan orphanwait'.split(' '),
);
