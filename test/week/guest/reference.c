// The true time of a guest, as an NTP server (stratum 1) and as a log of how far off the guest's clock is.
//   reference ADDRESS OFFSET RATE DAILY JUMP_AT JUMP JITTER > LOG
// True time is CLOCK_MONOTONIC_RAW, which nothing in the guest can steer, made faster by RATE ppm, plus a sine of one
// day and ± DAILY ppm, plus JUMP ppm from JUMP_AT seconds on: seen from here, the guest's oscillator loses as much. It
// begins OFFSET seconds ahead of the guest's clock. The path is part of the server: it holds each request before it reads
// the time, and each reply after that, for 1 ms with a standard deviation of JITTER ms. A line per minute: seconds since the
// start, the guest's clock less true time in seconds (positive: the clock is ahead), the kernel's frequency in ppm, its tick,
// and its status.

#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <time.h>

#define NANO 1000000000LL
#define MILLI 1000000LL
#define SECOND NANO
#define MINUTE (60 * SECOND)
#define DAY 86400.0
#define DELAY (1 * MILLI)
// Two readings of a clock in a row take less, in nanoseconds.
#define READING 10000
// RFC 5905: seconds from the NTP epoch to 1970; version 4, server; the port.
#define NTP_EPOCH 2208988800LL
#define SERVER 0x24
#define PORT 123
#define PACKET 48

static int64_t raw_start, true_start;
static double rate, daily, jump_at, jump, jitter;

static int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * NANO + time.tv_nsec;
}

// By how many nanoseconds true time has gained on the raw clock after that many seconds: the integral of the rates.
static double gained(double elapsed) {
  const double turn = 2 * M_PI / DAY;
  const double steady = rate * elapsed;
  const double rhythm = daily / turn * (1 - cos(turn * elapsed));
  const double later = elapsed > jump_at ? jump * (elapsed - jump_at) : 0;
  return 1e3 * (steady + rhythm + later);
}

static int64_t true_time(void) {
  const int64_t raw = read_clock(CLOCK_MONOTONIC_RAW) - raw_start;
  return true_start + raw + llrint(gained(1e-9 * raw));
}

// Sleeps as long as a packet travels in one direction; the noise is normal (Box-Muller), and the same in each test.
static void travel(void) {
  const double noise = sqrt(-2 * log(1 - drand48())) * cos(2 * M_PI * drand48());
  const double delay = DELAY + jitter * MILLI * noise;
  const struct timespec time = {.tv_nsec = delay > 0 ? lrint(delay) : 0};
  nanosleep(&time, NULL);
}

static void write_timestamp(unsigned char *field, int64_t time) {
  const uint32_t seconds = htonl((uint32_t)(time / NANO + NTP_EPOCH));
  const uint32_t fraction = htonl((uint32_t)(((uint64_t)(time % NANO) << 32) / NANO));
  memcpy(field, &seconds, 4);
  memcpy(field + 4, &fraction, 4);
}

static void answer(int socket) {
  struct sockaddr_in client;
  socklen_t length = sizeof client;
  unsigned char request[1024], reply[PACKET] = {SERVER, 1, 0, 0xe7 /* 2^-25 s */};
  if (recvfrom(socket, request, sizeof request, 0, (struct sockaddr *)&client, &length) < PACKET) return;
  travel();
  const int64_t received = true_time();
  reply[2] = request[2];
  memcpy(reply + 12, "RAW", 4);
  write_timestamp(reply + 16, received - NANO);
  memcpy(reply + 24, request + 40, 8);
  write_timestamp(reply + 32, received);
  write_timestamp(reply + 40, true_time());
  travel();
  sendto(socket, reply, PACKET, 0, (struct sockaddr *)&client, length);
}

// The guest's clock less true time. Reads again where an alarm of the host moved time on between the readings.
static int64_t error_of_clock(void) {
  for (;;) {
    const int64_t before = true_time(), clock = read_clock(CLOCK_REALTIME), after = true_time();
    if (after - before < READING) return clock - before - (after - before) / 2;
  }
}

static void record(void) {
  struct timex kernel = {0};
  adjtimex(&kernel);
  const int64_t error = error_of_clock();
  const double elapsed = 1e-9 * (read_clock(CLOCK_MONOTONIC_RAW) - raw_start);
  printf("%.3f %.9f %.6f %ld %d\n", elapsed, 1e-9 * error, kernel.freq / 65536.0, kernel.tick, kernel.status);
}

int main(int count, char **words) {
  if (count != 8) return 2;
  rate = atof(words[3]), daily = atof(words[4]), jump_at = atof(words[5]), jump = atof(words[6]);
  jitter = atof(words[7]);
  prctl(PR_SET_TIMERSLACK, 1);
  raw_start = read_clock(CLOCK_MONOTONIC_RAW);
  true_start = read_clock(CLOCK_REALTIME) + llrint(1e9 * atof(words[2]));
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  inet_pton(AF_INET, words[1], &address.sin_addr);
  struct pollfd server = {.fd = socket(AF_INET, SOCK_DGRAM, 0), .events = POLLIN};
  if (bind(server.fd, (struct sockaddr *)&address, sizeof address) != 0) return 1;
  for (int64_t next = raw_start + MINUTE;;) {
    const int64_t left = next - read_clock(CLOCK_MONOTONIC_RAW);
    if (left <= 0) record(), next += MINUTE;
    else if (poll(&server, 1, left < SECOND ? left / MILLI + 1 : SECOND / MILLI) > 0) answer(server.fd);
  }
}
