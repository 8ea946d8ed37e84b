// What the two modules share. The library owns the memory and the table; the main module imports both, so that a pointer
// means the same on both sides, to data as to functions.
//
//   memory   0x00000400  the library's data and stack      table   1..32   the main module's functions
//            0x00100000  the main module's data and stack          33..    the library's
//            behind it   the main module's heap
#ifndef QUICWASM_PAIR_LIBRARY_H
#define QUICWASM_PAIR_LIBRARY_H

#include <stdint.h>

#define PAIR_SIDE 256
#define PAIR_RULE_COUNT 4

typedef uint32_t pair_rule(uint32_t cell, uint32_t neighbours);

typedef struct {
  uint32_t cells[PAIR_SIDE * PAIR_SIDE];
  uint32_t next_cells[PAIR_SIDE * PAIR_SIDE];
} pair_grid;

#endif
