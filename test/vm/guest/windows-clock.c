/* The functions of Windows that set the clock, which wine leaves out, on the kernel's clock_settime and adjtimex: a library
 * for Windows that makes Linux system calls itself (rdi, rsi and rdx hold their arguments, syscall(2)). Without the right to
 * set the clock they fail as on Windows. test/wine/guest.wine.ts builds it with the C compiler of Linux: it has neither
 * constants outside the code nor variables, so that nothing is left to relocate. */

typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;
#define WINAPI __attribute__((ms_abi))

enum { SYS_ADJTIMEX = 159, SYS_CLOCK_SETTIME = 227, CLOCK_REALTIME = 0 };
enum { ADJ_FREQUENCY = 0x2, ADJ_TICK = 0x4000, NOMINAL_TICK = 10000 };
enum { EPERM = 1, EINVAL = 22 };
enum { ERROR_GEN_FAILURE = 31, ERROR_INVALID_PARAMETER = 87, ERROR_PRIVILEGE_NOT_HELD = 1314 };

struct timespec { s64 seconds, nanoseconds; };

/* adjtimex(2) */
struct timex {
  u32 modes;
  s64 offset, frequency, max_error, estimated_error;
  int status;
  s64 constant, precision, tolerance;
  struct timespec time;
  s64 tick, rest[16];
};

static inline long system_call(long number, long first, const void *second) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(first), "S"(second) : "rcx", "r11", "memory");
  return result;
}

/* The result of a function; LastErrorValue is in the thread's environment block. */
static inline int answer(long result) {
  if (result >= 0) return 1;
  u32 code = result == -EPERM ? ERROR_PRIVILEGE_NOT_HELD : result == -EINVAL ? ERROR_INVALID_PARAMETER : ERROR_GEN_FAILURE;
  __asm__ volatile("movl %0, %%gs:0x68" : : "r"(code));
  return 0;
}

static inline void clear(struct timex *timex) {
  for (u32 i = 0; i < sizeof *timex; i++) ((volatile char *)timex)[i] = 0;
}

/* Days from 1970-01-01, in years that begin in March. */
static inline s64 days(s64 year, s64 month, s64 day) {
  s64 from_march = (month + 9) % 12;
  s64 years = year - (from_march >= 10);
  return 365 * years + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 + day - 1 - 719468;
}

WINAPI int SetSystemTime(const u16 *t) {
  struct timespec time;
  time.seconds = 86400 * days(t[0], t[1], t[3]) + 3600 * t[4] + 60 * t[5] + t[6];
  time.nanoseconds = 1000000LL * t[7];
  return answer(system_call(SYS_CLOCK_SETTIME, CLOCK_REALTIME, &time));
}

/* The frequency of the performance counter of wine, as of Windows: units of 0.1 ppm. */
static const s64 INCREMENT = 10000000;

/* The kernel's frequency has units of 2^-16 ppm, its tick of 100 ppm. */
WINAPI int GetSystemTimeAdjustmentPrecise(u64 *adjustment, u64 *increment, int *disabled) {
  struct timex timex;
  clear(&timex);
  long result = system_call(SYS_ADJTIMEX, (long)&timex, 0);
  s64 half = timex.frequency < 0 ? -32768 : 32768;
  s64 units = (10 * timex.frequency + half) / 65536 + 1000 * (timex.tick - NOMINAL_TICK);
  *adjustment = INCREMENT + units;
  *increment = INCREMENT;
  *disabled = units == 0;
  return answer(result);
}

WINAPI int SetSystemTimeAdjustmentPrecise(u64 adjustment, int disabled) {
  struct timex timex;
  clear(&timex);
  s64 units = disabled ? 0 : (s64)adjustment - INCREMENT;
  /* The frequency goes up to 500 ppm. */
  s64 ticks = units / 5000 == 0 ? 0 : units / 1000;
  timex.modes = ADJ_FREQUENCY | ADJ_TICK;
  timex.tick = NOMINAL_TICK + ticks;
  timex.frequency = (units - 1000 * ticks) * 65536 / 10;
  return answer(system_call(SYS_ADJTIMEX, (long)&timex, 0));
}

WINAPI int DllMain(void *instance, u32 reason, void *reserved) {
  return 1;
}
