// A key-value store: filled up to --heap-mib, then worked with by a zipfian mix of gets, puts, scans and deletes over the
// first --touch of its keys. The records of neighbouring keys lie side by side when filled, so --touch is also, nearly,
// the part of the heap's pages that the working phase touches.
#include <math.h>

#include "store.h"

#define PROGRAM "kv"
#define MEAN_RECORD_BYTES 576  // a value of 64 to 960 bytes, the record, and what malloc adds
#define FILL_LINES 8
#define WORK_LINES 32
#define SCAN_RECORDS 16
#define SKEW 0.99

static uint64_t heap_mib = 16;
static uint64_t operations = 400000;
static uint64_t seed = 1;
static double touch = 1;

static const option options[] = {
    {"--heap-mib", OPTION_NUMBER, &heap_mib, 1, 1024},
    {"--operations", OPTION_NUMBER, &operations, 1, 1000000000000},
    {"--seed", OPTION_NUMBER, &seed, 0, UINT64_MAX},
    {"--touch", OPTION_RATIO, &touch},
};

typedef struct {
  store store;
  generator random;
  uint32_t key_count;      // keys are 1 to key_count
  uint32_t touched_count;  // the working phase keeps to the first of them
  uint64_t checksum;
  uint64_t hits, misses;
} run;

static uint32_t value_length(generator *g) { return 64 + 8 * next_below(g, 113); }

static void print_progress(const run *r, const char *phase, uint64_t done) {
  report("%s %llu: %u records, %llu bytes, %llu hits, %llu misses, checksum %016llx", phase, (unsigned long long)done,
         r->store.record_count, (unsigned long long)r->store.value_bytes, (unsigned long long)r->hits,
         (unsigned long long)r->misses, (unsigned long long)r->checksum);
}

static void fill(run *r) {
  // Descending, so that every insert goes behind the head and costs the same.
  for (uint32_t i = 0; i < r->key_count; i++) {
    record *written = store_put(&r->store, r->key_count - i, value_length(&r->random));
    r->checksum = fold(r->checksum, written->value[0]);
    if ((uint64_t)(i + 1) * FILL_LINES / r->key_count != (uint64_t)i * FILL_LINES / r->key_count) print_progress(r, "fill", i + 1);
  }
}

// A rank by the inverse of the continuous zipfian distribution, then spread over the touched keys by a prime.
static uint32_t zipfian_key(run *r) {
  double most = pow(r->touched_count + 1.0, 1 - SKEW) - 1;
  double rank = pow(1 + most * next_unit(&r->random), 1 / (1 - SKEW)) - 1;
  uint32_t index = rank >= r->touched_count ? r->touched_count - 1 : (uint32_t)rank;
  return 1 + (uint32_t)((uint64_t)index * 2654435761u % r->touched_count);
}

static void get(run *r, uint32_t key) {
  const record *found = store_get(&r->store, key);
  found == NULL ? r->misses++ : r->hits++;
  r->checksum = fold(r->checksum, found == NULL ? key : value_checksum(found));
}

static void scan(run *r, uint32_t key) {
  record *before[MAX_LEVEL];
  const record *found = seek(&r->store, key, before);
  for (int i = 0; i < SCAN_RECORDS && found != NULL && found->key <= r->touched_count; i++, found = found->next[0])
    r->checksum = fold(r->checksum, value_checksum(found));
}

static void operate(run *r) {
  uint32_t key = zipfian_key(r);
  uint32_t kind = next_below(&r->random, 100);
  if (kind < 62) {
    get(r, key);
  } else if (kind < 90) {
    r->checksum = fold(r->checksum, store_put(&r->store, key, value_length(&r->random))->version);
  } else if (kind < 95) {
    scan(r, key);
  } else {
    r->checksum = fold(r->checksum, store_delete(&r->store, key));
  }
}

// As a store looks for records that have expired: over the whole run it comes to every touched key once.
static void sweep(run *r, uint64_t from, uint64_t to) {
  for (uint64_t i = from; i < to; i++) {
    const record *found = store_get(&r->store, (uint32_t)(i + 1));
    if (found != NULL) r->checksum = fold(r->checksum, found->length_bytes ^ found->value[0]);
  }
}

static void work(run *r) {
  for (uint64_t i = 0; i < operations; i++) {
    operate(r);
    double step = (double)r->touched_count / (double)operations;
    sweep(r, (uint64_t)((double)i * step), i + 1 == operations ? r->touched_count : (uint64_t)((double)(i + 1) * step));
    if ((uint64_t)((i + 1) * WORK_LINES / operations) != i * WORK_LINES / operations) print_progress(r, "operation", i + 1);
  }
}

int main(int argument_count, char **arguments) {
  static run r;
  parse_options(PROGRAM, argument_count, arguments, options, OPTION_COUNT(options));
  r.random.state = seed;
  r.key_count = (uint32_t)((heap_mib << 20) / MEAN_RECORD_BYTES);
  r.touched_count = (uint32_t)(r.key_count * touch);
  if (r.touched_count == 0) r.touched_count = 1;
  store_initialize(&r.store, r.key_count, ~seed);
  fill(&r);
  work(&r);
  for (const record *left = r.store.head->next[0]; left != NULL && left->key <= r.touched_count; left = left->next[0])
    r.checksum = fold(r.checksum, (uint64_t)left->key << 32 | left->version);
  report("final: %u records, checksum %016llx", r.store.record_count, (unsigned long long)r.checksum);
  return 0;
}
