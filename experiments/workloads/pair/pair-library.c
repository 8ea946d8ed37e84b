// The library of the pair: a grid of cells and the steps on it. Needs neither WASI nor a libc.
#include "pair-library.h"

#define EXPORT(name) __attribute__((export_name(#name)))

// WebAssembly globals, of library-globals.s.
int64_t pair_changed_read(void);
void pair_changed_write(int64_t count);
int32_t pair_bias_read(void);

static uint32_t rule_majority(uint32_t cell, uint32_t neighbours) { return (cell >> 1) + (neighbours >> 3); }
static uint32_t rule_mix(uint32_t cell, uint32_t neighbours) { return (cell ^ neighbours) * 0x9E3779B1u; }
static uint32_t rule_rotate(uint32_t cell, uint32_t neighbours) { return cell << (neighbours & 31) | cell >> (-neighbours & 31); }
static uint32_t rule_damp(uint32_t cell, uint32_t neighbours) { return cell % 5 == 0 ? neighbours : cell - (neighbours >> 4); }

// Their addresses are the immutable globals that the library exports under these names.
pair_rule *pair_rules[PAIR_RULE_COUNT] = {rule_majority, rule_mix, rule_rotate, rule_damp};
pair_grid pair_shared_grid;

EXPORT(pair_fill) void fill(uint32_t seed) {
  for (uint32_t i = 0; i < PAIR_SIDE * PAIR_SIDE; i++) {
    seed = seed * 1664525u + 1013904223u;
    pair_shared_grid.cells[i] = seed ^ seed >> 15;
  }
}

static uint32_t neighbours_of(const uint32_t *cells, uint32_t row, uint32_t column) {
  uint32_t above = (row - 1) % PAIR_SIDE * PAIR_SIDE, below = (row + 1) % PAIR_SIDE * PAIR_SIDE;
  return cells[above + column] + cells[below + column] + cells[row * PAIR_SIDE + (column - 1) % PAIR_SIDE] +
         cells[row * PAIR_SIDE + (column + 1) % PAIR_SIDE];
}

// One step of the whole grid. The rule may be a function of either module. Returns a checksum of the new grid.
EXPORT(pair_step) uint32_t step(pair_rule *rule) {
  pair_grid *grid = &pair_shared_grid;
  uint32_t bias = (uint32_t)pair_bias_read(), checksum = 0;
  for (uint32_t row = 0; row < PAIR_SIDE; row++) {
    for (uint32_t column = 0; column < PAIR_SIDE; column++) {
      uint32_t cell = grid->cells[row * PAIR_SIDE + column];
      uint32_t next = rule(cell, neighbours_of(grid->cells, row, column) + bias);
      if (next != cell) pair_changed_write(pair_changed_read() + 1);
      grid->next_cells[row * PAIR_SIDE + column] = next;
      checksum = (checksum << 7 | checksum >> 25) ^ next;
    }
  }
  for (uint32_t i = 0; i < PAIR_SIDE * PAIR_SIDE; i++) grid->cells[i] = grid->next_cells[i];
  return checksum;
}
