// A small expression language: trees on the heap, evaluated by one function a kind through a table, so that every level
// of a tree is a frame and an indirect call. A let keeps its binding in its frame; the others live on the heap.
#ifndef QUICWASM_EXPRESSION_H
#define QUICWASM_EXPRESSION_H

#include "../common/workload.h"

typedef enum { CONSTANT, VARIABLE, ADD, SUBTRACT, MULTIPLY, IF_POSITIVE, LET, MEMO, OBSERVE, KIND_COUNT } expression_kind;

typedef struct expression {
  expression_kind kind;
  uint32_t evaluations;
  int64_t value;                  // a constant; a variable's distance; what a memo has seen
  struct expression *parts[3];
} expression;

typedef struct binding {
  int64_t value;
  const struct binding *outer;
} binding;

typedef struct {
  uint32_t depth, deepest;
  uint64_t evaluation_count;
  void (*observer)(void *subject, uint32_t depth);  // called by an OBSERVE, with all frames above it live
  void *subject;
} evaluation;

typedef int64_t evaluator(evaluation *context, expression *e, const binding *scope);
static evaluator *const evaluators[KIND_COUNT];

static int64_t evaluate(evaluation *context, expression *e, const binding *scope) {
  if (++context->depth > context->deepest) context->deepest = context->depth;
  context->evaluation_count++;
  e->evaluations++;
  int64_t value = evaluators[e->kind](context, e, scope);
  context->depth--;
  return value;
}

// Arithmetic wraps.
static int64_t wrap(uint64_t value) { return (int64_t)value; }

static int64_t evaluate_constant(evaluation *context, expression *e, const binding *scope) {
  (void)context, (void)scope;
  return e->value;
}

static int64_t evaluate_variable(evaluation *context, expression *e, const binding *scope) {
  (void)context;
  for (int64_t i = e->value; i > 0 && scope->outer != NULL; i--) scope = scope->outer;
  return scope->value;
}

static int64_t evaluate_add(evaluation *context, expression *e, const binding *scope) {
  uint64_t left = (uint64_t)evaluate(context, e->parts[0], scope);
  return wrap(left + (uint64_t)evaluate(context, e->parts[1], scope));
}

static int64_t evaluate_subtract(evaluation *context, expression *e, const binding *scope) {
  uint64_t left = (uint64_t)evaluate(context, e->parts[0], scope);
  return wrap(left - (uint64_t)evaluate(context, e->parts[1], scope));
}

static int64_t evaluate_multiply(evaluation *context, expression *e, const binding *scope) {
  uint64_t left = (uint64_t)evaluate(context, e->parts[0], scope);
  return wrap(left * ((uint64_t)evaluate(context, e->parts[1], scope) | 1));
}

static int64_t evaluate_if_positive(evaluation *context, expression *e, const binding *scope) {
  int64_t condition = evaluate(context, e->parts[0], scope);
  return wrap((uint64_t)evaluate(context, e->parts[condition > 0 ? 1 : 2], scope) ^ (uint64_t)condition);
}

static int64_t evaluate_let(evaluation *context, expression *e, const binding *scope) {
  binding inner = {evaluate(context, e->parts[0], scope), scope};
  return wrap((uint64_t)evaluate(context, e->parts[1], &inner) + (uint64_t)inner.value);
}

static int64_t evaluate_memo(evaluation *context, expression *e, const binding *scope) {
  uint64_t now = (uint64_t)evaluate(context, e->parts[0], scope);
  uint64_t before = (uint64_t)e->value;
  e->value = wrap(fold(before, now));
  return wrap(now ^ before);
}

static int64_t evaluate_observe(evaluation *context, expression *e, const binding *scope) {
  if (context->observer != NULL) context->observer(context->subject, context->depth);
  return evaluate(context, e->parts[0], scope);
}

static evaluator *const evaluators[KIND_COUNT] = {
    [CONSTANT] = evaluate_constant, [VARIABLE] = evaluate_variable, [ADD] = evaluate_add,
    [SUBTRACT] = evaluate_subtract, [MULTIPLY] = evaluate_multiply, [IF_POSITIVE] = evaluate_if_positive,
    [LET] = evaluate_let,           [MEMO] = evaluate_memo,         [OBSERVE] = evaluate_observe,
};

static const uint8_t part_counts[KIND_COUNT] = {
    [ADD] = 2, [SUBTRACT] = 2, [MULTIPLY] = 2, [IF_POSITIVE] = 3, [LET] = 2, [MEMO] = 1, [OBSERVE] = 1,
};

static expression *expression_new(expression_kind kind, int64_t value) {
  expression *e = allocate("recurse", sizeof *e);
  *e = (expression){.kind = kind, .value = value};
  return e;
}

static void expression_free(expression *e) {
  for (int i = 0; i < part_counts[e->kind]; i++) expression_free(e->parts[i]);
  free(e);
}

static expression *grow_bush(generator *g, uint32_t height) {
  if (height == 0) {
    bool constant = next_below(g, 2) == 0;
    return expression_new(constant ? CONSTANT : VARIABLE, constant ? (int64_t)next_below(g, 1000) - 400 : next_below(g, 6));
  }
  expression *e = expression_new(ADD + next_below(g, MEMO - ADD + 1), 0);
  for (int i = 0; i < part_counts[e->kind]; i++) e->parts[i] = grow_bush(g, height - 1);
  return e;
}

// A level of the spine is evaluated whatever its bush gives, so that an evaluation always reaches the end.
static expression *grow_level(generator *g, expression *below, uint32_t bush_height) {
  static const expression_kind kinds[] = {ADD, SUBTRACT, MULTIPLY, LET};
  expression *e = expression_new(kinds[next_below(g, 4)], 0);
  e->parts[0] = grow_bush(g, bush_height);
  e->parts[1] = below;
  return e;
}

static uint64_t expression_checksum(const expression *e) {
  uint64_t sum = fold((uint64_t)e->kind << 32 | e->evaluations, (uint64_t)e->value);
  for (int i = 0; i < part_counts[e->kind]; i++) sum = fold(sum, expression_checksum(e->parts[i]));
  return sum;
}

#endif
