// Generated text: words of a made-up language by zipfian rank, in sentences, with passages that return from far back.
#ifndef QUICWASM_TEXT_H
#define QUICWASM_TEXT_H

#include "../common/workload.h"

#define WORD_COUNT 4096
#define WORD_BYTES 12

typedef struct {
  generator random;
  char words[WORD_COUNT][WORD_BYTES];
  uint8_t lengths[WORD_COUNT];
} language;

static void language_initialize(language *l, uint64_t seed) {
  static const char consonants[] = "bcdfghklmnprstvw", vowels[] = "aeiouaei";
  l->random.state = seed;
  for (int w = 0; w < WORD_COUNT; w++) {
    l->lengths[w] = (uint8_t)(2 + next_below(&l->random, WORD_BYTES - 2));
    for (int i = 0; i < l->lengths[w]; i++) {
      uint64_t n = next_number(&l->random);
      l->words[w][i] = i % 2 == 0 ? consonants[n & 15] : vowels[n & 7];
    }
  }
}

// Smaller ranks much more often: the product of three even draws.
static uint32_t word_rank(generator *g) {
  uint64_t n = next_number(g);
  uint64_t product = (n & 0xFFFF) * (n >> 16 & 0xFFFF) >> 16;
  return (uint32_t)(product * (n >> 32 & 0xFFFF) >> 16) * WORD_COUNT >> 16;
}

static size_t write_sentence(language *l, unsigned char *text, size_t at, size_t end) {
  uint32_t word_count = 4 + next_below(&l->random, 14);
  for (uint32_t i = 0; i < word_count; i++) {
    uint32_t rank = word_rank(&l->random);
    for (int b = 0; b < l->lengths[rank] && at < end; b++) text[at++] = (unsigned char)l->words[rank][b];
    if (at < end) text[at++] = i + 1 < word_count ? ' ' : '.';
  }
  if (at < end) text[at++] = '\n';
  return at;
}

static void write_text(language *l, unsigned char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    if (at > 65536 && next_below(&l->random, 5) == 0) {
      size_t from = next_below(&l->random, (uint32_t)(at - 1024));
      size_t count = 64 + next_below(&l->random, 960);
      for (size_t i = 0; i < count && at < length; i++) text[at++] = text[from + i];
    } else {
      at = write_sentence(l, text, at, length);
    }
  }
}

#endif
