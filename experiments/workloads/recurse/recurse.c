// Recursion: an expression tree of --depth levels that is evaluated and replanted, Ackermann's function, eight queens and
// Hofstadter's sequences, all through function pointers. Every round prints its line from the deepest frame of an
// evaluation, so that the stack is deep whenever the program is seen from outside.
#include "expression.h"

#define PROGRAM "recurse"
#define BUSH_HEIGHT 3
#define EVALUATIONS 40      // of the tree, a round
#define REPLANTED 24        // bushes, a round
#define QUEENS 7
#define SEQUENCE_INDEX 80

static uint64_t depth = 400;
static uint64_t rounds = 40;
static uint64_t seed = 1;

static const option options[] = {
    {"--depth", OPTION_NUMBER, &depth, 1, 10000},
    {"--rounds", OPTION_NUMBER, &rounds, 1, 1000000000},
    {"--seed", OPTION_NUMBER, &seed, 0, UINT64_MAX},
};

typedef struct {
  generator random;
  expression **levels;  // of the spine; [0] is the root
  evaluation evaluation;
  uint64_t round;
  uint64_t checksum;
} run;

// Read through a volatile pointer: the compiler can neither inline the callee nor turn the recursion into a loop.
typedef uint32_t two_numbers(uint32_t a, uint32_t b);
static uint32_t ackermann(uint32_t m, uint32_t n);
static two_numbers *volatile ackermann_again = ackermann;

static uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann_again(m - 1, 1);
  return ackermann_again(m - 1, ackermann_again(m, n - 1));
}

typedef uint32_t sequence(uint32_t n);
static uint32_t female(uint32_t n);
static uint32_t male(uint32_t n);
static sequence *volatile sequences[] = {female, male};

static uint32_t female(uint32_t n) { return n == 0 ? 1 : n - sequences[1](sequences[0](n - 1)); }
static uint32_t male(uint32_t n) { return n == 0 ? 0 : n - sequences[0](sequences[1](n - 1)); }

typedef void solution_visitor(void *subject, const uint8_t *columns);

static void place_queens(uint32_t row, uint32_t taken, uint32_t left, uint32_t right, uint8_t *columns, solution_visitor *visit, void *subject) {
  if (row == QUEENS) {
    visit(subject, columns);
    return;
  }
  for (uint32_t column = 0; column < QUEENS; column++) {
    uint32_t bit = 1u << column;
    if ((taken | left | right) & bit) continue;
    columns[row] = (uint8_t)column;
    place_queens(row + 1, taken | bit, (left | bit) << 1, (right | bit) >> 1, columns, visit, subject);
  }
}

static void fold_solution(void *subject, const uint8_t *columns) {
  run *r = subject;
  r->checksum = fold_bytes(r->checksum, columns, QUEENS);
}

static void print_progress(void *subject, uint32_t frames) {
  run *r = subject;
  r->evaluation.observer = NULL;
  report("round %llu: %u levels deep, %llu evaluations, checksum %016llx", (unsigned long long)r->round + 1, frames,
         (unsigned long long)r->evaluation.evaluation_count, (unsigned long long)r->checksum);
}

static void grow(run *r) {
  r->levels = allocate(PROGRAM, depth * sizeof *r->levels);
  expression *below = expression_new(OBSERVE, 0);
  below->parts[0] = grow_bush(&r->random, BUSH_HEIGHT);
  for (uint64_t i = depth; i-- > 0;) below = r->levels[i] = grow_level(&r->random, below, BUSH_HEIGHT);
}

static void replant(run *r) {
  for (int i = 0; i < REPLANTED; i++) {
    expression *level = r->levels[next_below(&r->random, (uint32_t)depth)];
    expression_free(level->parts[0]);
    level->parts[0] = grow_bush(&r->random, BUSH_HEIGHT);
  }
}

static void evaluate_tree(run *r) {
  for (int i = 0; i < EVALUATIONS; i++) {
    binding scope = {(int64_t)(r->round * EVALUATIONS) + i, NULL};
    if (i == EVALUATIONS / 2) r->evaluation.observer = print_progress;
    r->checksum = fold(r->checksum, (uint64_t)evaluate(&r->evaluation, r->levels[0], &scope));
  }
}

int main(int argument_count, char **arguments) {
  static run r;
  parse_options(PROGRAM, argument_count, arguments, options, OPTION_COUNT(options));
  r.random.state = seed;
  r.evaluation.subject = &r;
  grow(&r);
  for (r.round = 0; r.round < rounds; r.round++) {
    uint8_t columns[QUEENS];
    evaluate_tree(&r);
    replant(&r);
    place_queens(0, 0, 0, 0, columns, fold_solution, &r);
    r.checksum = fold(r.checksum, ackermann_again(2, (uint32_t)(depth / 2)));
    r.checksum = fold(r.checksum, sequences[r.round & 1](SEQUENCE_INDEX + (uint32_t)(r.round % 8)));
  }
  r.checksum = fold(r.checksum, expression_checksum(r.levels[0]));
  report("final: deepest %u, %llu evaluations, checksum %016llx", r.evaluation.deepest,
         (unsigned long long)r.evaluation.evaluation_count, (unsigned long long)r.checksum);
  return 0;
}
