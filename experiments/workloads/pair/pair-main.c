// The command of the pair. Imports the library's functions, memory, table and globals; hands rules of its own to the
// library through the shared table, and calls the library's through it.
#include "../common/workload.h"
#include "pair-library.h"

#define PROGRAM "pair"
#define OWN_RULE_COUNT 3
#define SAMPLES 4096  // direct calls of a library's rule, a round

#define IMPORT(name) __attribute__((import_module("pair-library"), import_name(#name)))

IMPORT(pair_fill) void pair_fill(uint32_t seed);
IMPORT(pair_step) uint32_t pair_step(pair_rule *rule);

// WebAssembly globals, of main-globals.s.
int64_t pair_changed_take(void);
void pair_bias_write(int32_t bias);
pair_rule **pair_rules_address(void);
pair_grid *pair_grid_address(void);

static uint64_t rounds = 30;
static uint64_t seed = 1;

static const option options[] = {
    {"--rounds", OPTION_NUMBER, &rounds, 1, 1000000000},
    {"--seed", OPTION_NUMBER, &seed, 0, UINT32_MAX},
};

// What the rounds leave behind, on the heap of the shared memory.
typedef struct round_record {
  struct round_record *previous;
  uint64_t checksum;
  uint32_t cells[PAIR_SIDE];
} round_record;

static uint32_t rule_add(uint32_t cell, uint32_t neighbours) { return cell + (neighbours ^ 0x85EBCA6Bu); }
static uint32_t rule_fold(uint32_t cell, uint32_t neighbours) { return (uint32_t)fold(cell, neighbours); }
static uint32_t rule_keep(uint32_t cell, uint32_t neighbours) { return neighbours & 1 ? cell : cell ^ neighbours; }

static pair_rule *const own_rules[OWN_RULE_COUNT] = {rule_add, rule_fold, rule_keep};

static uint64_t sample_rule(uint64_t checksum, pair_rule *rule, const uint32_t *cells) {
  for (uint32_t i = 0; i + 1 < SAMPLES; i++) checksum = fold(checksum, rule(cells[i], cells[i + 1]));
  return checksum;
}

static round_record *keep_round(round_record *previous, uint64_t checksum, const uint32_t *row) {
  round_record *kept = allocate(PROGRAM, sizeof *kept);
  kept->previous = previous;
  kept->checksum = checksum;
  memcpy(kept->cells, row, sizeof kept->cells);
  return kept;
}

int main(int argument_count, char **arguments) {
  parse_options(PROGRAM, argument_count, arguments, options, OPTION_COUNT(options));
  pair_rule **rules = pair_rules_address();
  const pair_grid *grid = pair_grid_address();
  round_record *last = NULL;
  uint64_t checksum = 0, changed = 0;
  pair_fill((uint32_t)seed);
  for (uint64_t round = 0; round < rounds; round++) {
    pair_bias_write((int32_t)(round * 2654435761u));
    for (uint32_t i = 0; i < PAIR_RULE_COUNT; i++) checksum = fold(checksum, pair_step(rules[i]));
    for (uint32_t i = 0; i < OWN_RULE_COUNT; i++) checksum = fold(checksum, pair_step(own_rules[i]));
    checksum = sample_rule(checksum, rules[round % PAIR_RULE_COUNT], grid->cells);
    changed += (uint64_t)pair_changed_take();
    last = keep_round(last, checksum, &grid->cells[round % PAIR_SIDE * PAIR_SIDE]);
    report("round %llu: %llu cells changed, checksum %016llx", (unsigned long long)round + 1, (unsigned long long)changed,
           (unsigned long long)checksum);
  }
  for (; last != NULL; last = last->previous) checksum = fold_bytes(fold(checksum, last->checksum), last->cells, sizeof last->cells);
  report("final: %llu cells changed, checksum %016llx", (unsigned long long)changed, (unsigned long long)checksum);
  return 0;
}
