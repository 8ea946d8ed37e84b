// A binary range coder with adaptive probabilities, of 11 bits, as in LZMA.
#ifndef QUICWASM_RANGE_CODER_H
#define QUICWASM_RANGE_CODER_H

#include "../common/workload.h"

typedef uint16_t probability;  // that the next bit is 0, in 1/2048

#define EVEN_ODDS 1024
#define ADAPTATION 5
#define RANGE_TOP (1u << 24)

typedef struct {
  unsigned char *bytes;
  size_t length, capacity;
  uint64_t low;
  uint32_t range;
  uint32_t pending_count;  // bytes held back, for a carry may still change them
  unsigned char pending;
} encoder;

typedef struct {
  const unsigned char *bytes;
  size_t length, position;
  uint32_t code, range;
} decoder;

static void even_odds(probability *p, size_t count) {
  for (size_t i = 0; i < count; i++) p[i] = EVEN_ODDS;
}

static void put_byte(encoder *e, unsigned char byte) {
  if (e->length == e->capacity) {
    e->capacity = e->capacity == 0 ? 65536 : e->capacity * 2;
    e->bytes = realloc(e->bytes, e->capacity);
    if (e->bytes == NULL) fail("compress", "out of memory");
  }
  e->bytes[e->length++] = byte;
}

static void encoder_initialize(encoder *e) { *e = (encoder){.range = UINT32_MAX, .pending_count = 1}; }

static void shift_low(encoder *e) {
  if ((uint32_t)e->low < 0xFF000000u || e->low >> 32 != 0) {
    unsigned char carry = (unsigned char)(e->low >> 32);
    for (unsigned char byte = e->pending; e->pending_count > 0; e->pending_count--, byte = 0xFF) put_byte(e, byte + carry);
    e->pending = (unsigned char)(e->low >> 24);
  }
  e->pending_count++;
  e->low = (uint32_t)e->low << 8;
}

static void encode_bit(encoder *e, probability *p, uint32_t bit) {
  uint32_t bound = (e->range >> 11) * *p;
  if (bit == 0) {
    e->range = bound;
    *p += (2048 - *p) >> ADAPTATION;
  } else {
    e->low += bound;
    e->range -= bound;
    *p -= *p >> ADAPTATION;
  }
  while (e->range < RANGE_TOP) {
    e->range <<= 8;
    shift_low(e);
  }
}

// Most significant bit first; the probabilities form a tree of 2^bit_count nodes.
static void encode_tree(encoder *e, probability *tree, uint32_t bit_count, uint32_t value) {
  uint32_t node = 1;
  while (bit_count-- > 0) {
    uint32_t bit = value >> bit_count & 1;
    encode_bit(e, &tree[node], bit);
    node = node << 1 | bit;
  }
}

static void encode_direct(encoder *e, uint32_t value, uint32_t bit_count) {
  while (bit_count-- > 0) {
    e->range >>= 1;
    if (value >> bit_count & 1) e->low += e->range;
    while (e->range < RANGE_TOP) {
      e->range <<= 8;
      shift_low(e);
    }
  }
}

static void encoder_finish(encoder *e) {
  for (int i = 0; i < 5; i++) shift_low(e);
}

static uint32_t take_byte(decoder *d) {
  if (d->position == d->length) fail("compress", "the compressed text ends too early");
  return d->bytes[d->position++];
}

static void decoder_initialize(decoder *d, const unsigned char *bytes, size_t length) {
  *d = (decoder){.bytes = bytes, .length = length, .range = UINT32_MAX};
  for (int i = 0; i < 5; i++) d->code = d->code << 8 | take_byte(d);
}

static inline void decoder_refill(decoder *d) {
  while (d->range < RANGE_TOP) {
    d->range <<= 8;
    d->code = d->code << 8 | take_byte(d);
  }
}

static uint32_t decode_bit(decoder *d, probability *p) {
  uint32_t bound = (d->range >> 11) * *p;
  uint32_t bit = d->code >= bound;
  if (bit == 0) {
    d->range = bound;
    *p += (2048 - *p) >> ADAPTATION;
  } else {
    d->code -= bound;
    d->range -= bound;
    *p -= *p >> ADAPTATION;
  }
  decoder_refill(d);
  return bit;
}

static uint32_t decode_tree(decoder *d, probability *tree, uint32_t bit_count) {
  uint32_t node = 1;
  for (uint32_t i = 0; i < bit_count; i++) node = node << 1 | decode_bit(d, &tree[node]);
  return node - (1u << bit_count);
}

static uint32_t decode_direct(decoder *d, uint32_t bit_count) {
  uint32_t value = 0;
  while (bit_count-- > 0) {
    d->range >>= 1;
    uint32_t bit = d->code >= d->range;
    if (bit) d->code -= d->range;
    value = value << 1 | bit;
    decoder_refill(d);
  }
  return value;
}

#endif
