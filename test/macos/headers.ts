// A C program that prints the layouts and constants that the macOS adapter relies on, as "NAME VALUE", and that does not
// compile where the functions are declared otherwise.

const FUNCTIONS = `
int (*gettime)(clockid_t, struct timespec *) = clock_gettime;
int (*settime)(const struct timeval *, const struct timezone *) = settimeofday;
int (*adjust)(const struct timeval *, struct timeval *) = adjtime;
int (*ntpAdjust)(struct timex *) = ntp_adjtime;
int (*ntpGet)(struct ntptimeval *) = ntp_gettime;
int (*byName)(const char *, void *, size_t *, void *, size_t) = sysctlbyname;
`;

const MEMBERS = {
  timespec: ['tv_sec', 'tv_nsec'],
  timeval: ['tv_sec', 'tv_usec'],
  timex: ['modes', 'offset', 'freq', 'maxerror', 'esterror', 'status'],
  ntptimeval: [],
};

const CONSTANTS = [
  ...['CLOCK_REALTIME', 'CLOCK_MONOTONIC_RAW', 'CLOCK_MONOTONIC', 'CLOCK_UPTIME_RAW'],
  ...['MOD_OFFSET', 'MOD_FREQUENCY', 'MOD_MAXERROR', 'MOD_ESTERROR', 'MOD_STATUS', 'STA_UNSYNC'],
];

const print = (name: string, value: string) => `  printf("${name} %ld\\n", (long) (${value}));`;

export const HEADERS: string = `
#include <stddef.h>
#include <stdio.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
${FUNCTIONS}
int main(void) {
${Object.entries(MEMBERS)
  .flatMap(([struct, members]) => [
    print(`${struct}.size`, `sizeof(struct ${struct})`),
    ...members.map(member => print(`${struct}.${member}`, `offsetof(struct ${struct}, ${member})`)),
  ])
  .join('\n')}
${print('timeval.tv_usec.size', 'sizeof(((struct timeval *) 0)->tv_usec)')}
${CONSTANTS.map(name => print(name, name)).join('\n')}
  return 0;
}
`;
