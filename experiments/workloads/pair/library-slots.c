// The linker numbers each module's functions in the table from 1. These 32 keep the first slots of the shared table free
// for the main module, whose elements replace them; the ones that are left trap when they are called.
#define SLOT(n) \
  static void slot_##n(void) { __builtin_trap(); }
#define SLOTS(use) \
  use(1) use(2) use(3) use(4) use(5) use(6) use(7) use(8) use(9) use(10) use(11) use(12) use(13) use(14) use(15) use(16) \
  use(17) use(18) use(19) use(20) use(21) use(22) use(23) use(24) use(25) use(26) use(27) use(28) use(29) use(30) use(31) use(32)
#define ADDRESS(n) slot_##n,

SLOTS(SLOT)

__attribute__((used)) void (*pair_reserved_slots[])(void) = {SLOTS(ADDRESS)};
