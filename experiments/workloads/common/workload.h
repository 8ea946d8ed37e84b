// What every workload shares: options, a generator of numbers, a checksum, and lines that appear as they happen.
// Nothing here reads a clock, an address or an entropy source, so that a run prints the same lines on every engine.
#ifndef QUICWASM_WORKLOAD_H
#define QUICWASM_WORKLOAD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { OPTION_NUMBER, OPTION_RATIO, OPTION_FLAG, OPTION_TEXT } option_kind;

typedef struct {
  const char *name;      // with its dashes
  option_kind kind;
  void *target;          // uint64_t, double, bool or const char *, as the kind says; holds the default
  uint64_t minimum, maximum;  // of a number
} option;

#define OPTION_COUNT(options) (sizeof(options) / sizeof((options)[0]))

static const char *option_value_name(option_kind kind) {
  switch (kind) {
    case OPTION_NUMBER: return " N";
    case OPTION_RATIO: return " RATIO";
    case OPTION_TEXT: return " TEXT";
    default: return "";
  }
}

// Exit code 2 is the workloads' one code for wrong usage.
static _Noreturn void usage_failure(const char *program, const option *options, size_t count, const char *wrong) {
  fprintf(stderr, "%s: %s\nusage: %s", program, wrong, program);
  for (size_t i = 0; i < count; i++) fprintf(stderr, " [%s%s]", options[i].name, option_value_name(options[i].kind));
  fputc('\n', stderr);
  exit(2);
}

static bool option_store(const option *target, const char *text) {
  char *end;
  if (target->kind == OPTION_TEXT) {
    *(const char **)target->target = text;
    return true;
  }
  if (target->kind == OPTION_RATIO) {
    double ratio = strtod(text, &end);
    if (*text == 0 || *end != 0 || !(ratio >= 0 && ratio <= 1)) return false;
    *(double *)target->target = ratio;
    return true;
  }
  if (*text < '0' || *text > '9') return false;
  uint64_t number = strtoull(text, &end, 10);  // the largest there is, where the text says more
  if (*end != 0 || number < target->minimum || number > target->maximum) return false;
  *(uint64_t *)target->target = number;
  return true;
}

static void parse_options(const char *program, int count, char **arguments, const option *options, size_t option_count) {
  for (int i = 1; i < count; i++) {
    char wrong[160];
    const option *found = NULL;
    for (size_t o = 0; o < option_count; o++)
      if (strcmp(arguments[i], options[o].name) == 0) found = &options[o];
    if (found == NULL) {
      snprintf(wrong, sizeof wrong, "unknown option '%.80s'", arguments[i]);
      usage_failure(program, options, option_count, wrong);
    }
    if (found->kind == OPTION_FLAG) {
      *(bool *)found->target = true;
    } else if (++i >= count || !option_store(found, arguments[i])) {
      snprintf(wrong, sizeof wrong, "%s needs another value than '%.40s'", found->name, i < count ? arguments[i] : "");
      usage_failure(program, options, option_count, wrong);
    }
  }
}

// SplitMix64.
typedef struct { uint64_t state; } generator;

static inline uint64_t next_number(generator *g) {
  uint64_t z = (g->state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// In [0, limit), by multiplication; limit below 2^32.
static inline uint32_t next_below(generator *g, uint32_t limit) {
  return (uint32_t)(((next_number(g) >> 32) * limit) >> 32);
}

// In [0, 1), 53 bits.
static inline double next_unit(generator *g) { return (double)(next_number(g) >> 11) * 0x1p-53; }

static inline uint64_t fold(uint64_t checksum, uint64_t value) {
  checksum = (checksum ^ value) * 0x9E3779B97F4A7C15u;
  return checksum ^ (checksum >> 29);
}

static inline uint64_t fold_bytes(uint64_t checksum, const void *bytes, size_t length) {
  const unsigned char *p = bytes;
  for (; length >= 8; p += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    checksum = fold(checksum, word);
  }
  for (; length > 0; p++, length--) checksum = fold(checksum, *p);
  return checksum;
}

// One line on stdout, written at once.
__attribute__((format(printf, 1, 2))) static inline void report(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  putchar('\n');
  fflush(stdout);
}

static inline _Noreturn void fail(const char *program, const char *what) {
  fflush(stdout);
  fprintf(stderr, "%s: %s\n", program, what);
  exit(1);
}

static inline void *allocate(const char *program, size_t length_bytes) {
  void *p = malloc(length_bytes);
  if (p == NULL) fail(program, "out of memory");
  return p;
}

#endif
