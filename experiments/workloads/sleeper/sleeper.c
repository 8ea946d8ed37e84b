// Computes and sleeps in turn: --rounds times --ms milliseconds, by nanosleep and by poll, to be frozen inside a blocking call.
#include <poll.h>
#include <time.h>

#include "../common/workload.h"

#define PROGRAM "sleeper"
#define COMPUTE_WORDS 16384

static uint64_t rounds = 40;
static uint64_t ms = 50;
static uint64_t work = 20;  // passes over the computed words, a round
static uint64_t seed = 1;

static const option options[] = {
    {"--rounds", OPTION_NUMBER, &rounds, 1, 1000000},
    {"--ms", OPTION_NUMBER, &ms, 0, 3600000},
    {"--work", OPTION_NUMBER, &work, 0, 1000000},
    {"--seed", OPTION_NUMBER, &seed, 0, UINT64_MAX},
};

static void sleep_by_clock(uint64_t milliseconds) {
  struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000 * 1000000)};
  if (nanosleep(&time, NULL) != 0) fail(PROGRAM, "nanosleep failed");
}

static void sleep_by_poll(uint64_t milliseconds) {
  if (poll(NULL, 0, (int)milliseconds) != 0) fail(PROGRAM, "poll failed");
}

int main(int argument_count, char **arguments) {
  static uint64_t words[COMPUTE_WORDS];
  parse_options(PROGRAM, argument_count, arguments, options, OPTION_COUNT(options));
  uint64_t checksum = seed;
  for (uint64_t round = 1; round <= rounds; round++) {
    for (uint64_t pass = 0; pass < work; pass++) {
      for (int i = 0; i < COMPUTE_WORDS; i++) {
        words[i] = fold(words[i], checksum);
        checksum += words[i];
      }
    }
    report("round %llu: checksum %016llx", (unsigned long long)round, (unsigned long long)checksum);
    round % 2 == 1 ? sleep_by_clock(ms) : sleep_by_poll(ms);
  }
  report("final: checksum %016llx", (unsigned long long)checksum);
  return 0;
}
