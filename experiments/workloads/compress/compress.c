// Compresses generated text by LZ77 with a window of 2 MiB and a range coder, decompresses it and compares.
#include "range-coder.h"
#include "text.h"

#define PROGRAM "compress"
#define WINDOW_BYTES (2u << 20)
#define HASH_BITS 16
#define CHAIN_LIMIT 6       // candidates looked at for each match
#define MINIMUM_MATCH 4
#define MAXIMUM_MATCH (MINIMUM_MATCH + 255)
#define NOWHERE UINT32_MAX
#define PHASE_LINES 20

static uint64_t mib = 3;
static uint64_t kib = 0;  // on top
static uint64_t seed = 1;

static const option options[] = {
    {"--mib", OPTION_NUMBER, &mib, 0, 512},
    {"--kib", OPTION_NUMBER, &kib, 0, 1023},
    {"--seed", OPTION_NUMBER, &seed, 0, UINT64_MAX},
};

// The same for both directions.
typedef struct {
  probability is_match[256];           // by the byte before
  probability literals[256][256];      // by the byte before
  probability lengths[256];
  probability distance_slots[32];
} model;

typedef struct {
  uint32_t heads[1 << HASH_BITS];      // the last position with this hash
  uint32_t *earlier;                   // by position in the window: the one before it with the same hash
} matcher;

typedef struct { uint32_t length, distance; } match;

static void model_initialize(model *m) { even_odds((probability *)m, sizeof *m / sizeof(probability)); }

static inline uint32_t load4(const unsigned char *p) {
  uint32_t word;
  memcpy(&word, p, 4);
  return word;
}

static void matcher_initialize(matcher *m) {
  m->earlier = allocate(PROGRAM, WINDOW_BYTES * sizeof(uint32_t));
  for (size_t i = 0; i < 1 << HASH_BITS; i++) m->heads[i] = NOWHERE;
}

static inline uint32_t hash4(const unsigned char *p) { return load4(p) * 0x9E3779B1u >> (32 - HASH_BITS); }

static void matcher_insert(matcher *m, const unsigned char *text, uint32_t at) {
  uint32_t *head = &m->heads[hash4(text + at)];
  m->earlier[at % WINDOW_BYTES] = *head;
  *head = at;
}

static uint32_t common_length(const unsigned char *a, const unsigned char *b, uint32_t limit) {
  uint32_t length = 0;
  while (length < limit && a[length] == b[length]) length++;
  return length;
}

static match find_match(const matcher *m, const unsigned char *text, uint32_t at, uint32_t end) {
  match best = {0, 0};
  uint32_t limit = end - at < MAXIMUM_MATCH ? end - at : MAXIMUM_MATCH;
  uint32_t candidate = m->heads[hash4(text + at)];
  for (int tries = CHAIN_LIMIT; tries > 0 && candidate != NOWHERE && at - candidate < WINDOW_BYTES; tries--) {
    if (best.length < limit && text[candidate + best.length] == text[at + best.length]) {
      uint32_t length = common_length(text + candidate, text + at, limit);
      if (length > best.length) best = (match){length, at - candidate};
    }
    uint32_t next = m->earlier[candidate % WINDOW_BYTES];
    if (next != NOWHERE && next >= candidate) break;
    candidate = next;
  }
  if (best.length < MINIMUM_MATCH) best.length = 0;
  return best;
}

// A distance is the slot of its highest bit, and the bits below it.
static void encode_match(encoder *e, model *m, match found) {
  uint32_t slot = 31 - (uint32_t)__builtin_clz(found.distance);
  encode_tree(e, m->lengths, 8, found.length - MINIMUM_MATCH);
  encode_tree(e, m->distance_slots, 5, slot);
  encode_direct(e, found.distance - (1u << slot), slot);
}

static match decode_match(decoder *d, model *m) {
  match found;
  found.length = decode_tree(d, m->lengths, 8) + MINIMUM_MATCH;
  uint32_t slot = decode_tree(d, m->distance_slots, 5);
  if (slot >= 21) fail(PROGRAM, "a distance is larger than the window");
  found.distance = (1u << slot) + decode_direct(d, slot);
  return found;
}

static void report_progress(const char *phase, uint32_t from, uint32_t to, uint32_t total, size_t compressed, uint64_t checksum) {
  if ((uint64_t)from * PHASE_LINES / total == (uint64_t)to * PHASE_LINES / total) return;
  report("%s: %u of %u bytes, %lu compressed, checksum %016llx", phase, to, total, (unsigned long)compressed, (unsigned long long)checksum);
}

static uint64_t compress(encoder *e, const unsigned char *text, uint32_t length) {
  static model m;
  static matcher matches;
  uint64_t checksum = 0;
  model_initialize(&m);
  matcher_initialize(&matches);
  encoder_initialize(e);
  for (uint32_t at = 0; at < length;) {
    unsigned char before = at == 0 ? 0 : text[at - 1];
    match found = {0, 0};
    uint32_t start = at;
    if (length - at >= MINIMUM_MATCH) found = find_match(&matches, text, at, length);
    encode_bit(e, &m.is_match[before], found.length != 0);
    if (found.length != 0) encode_match(e, &m, found);
    else encode_tree(e, m.literals[before], 8, text[at]);
    checksum = fold(checksum, found.length != 0 ? (uint64_t)found.length << 32 | found.distance : text[at]);
    for (uint32_t end = at + (found.length != 0 ? found.length : 1); at < end; at++)
      if (length - at >= MINIMUM_MATCH) matcher_insert(&matches, text, at);
    report_progress("compress", start, at, length, e->length, checksum);
  }
  encoder_finish(e);
  free(matches.earlier);
  return fold_bytes(checksum, e->bytes, e->length);
}

static void copy_match(unsigned char *text, uint32_t at, uint32_t length, match found) {
  if (found.distance > at || found.length > length - at) fail(PROGRAM, "a match lies outside the text");
  for (uint32_t i = 0; i < found.length; i++) text[at + i] = text[at + i - found.distance];
}

static void decompress(decoder *d, unsigned char *text, uint32_t length) {
  static model m;
  uint64_t checksum = 0;
  model_initialize(&m);
  for (uint32_t at = 0; at < length;) {
    unsigned char before = at == 0 ? 0 : text[at - 1];
    uint32_t start = at;
    if (decode_bit(d, &m.is_match[before])) {
      match found = decode_match(d, &m);
      copy_match(text, at, length, found);
      at += found.length;
    } else {
      text[at++] = (unsigned char)decode_tree(d, m.literals[before], 8);
    }
    checksum = fold_bytes(checksum, text + start, at - start);
    report_progress("decompress", start, at, length, d->position, checksum);
  }
}

int main(int argument_count, char **arguments) {
  static language l;
  encoder e;
  decoder d;
  parse_options(PROGRAM, argument_count, arguments, options, OPTION_COUNT(options));
  uint32_t length = (uint32_t)(mib << 20 | kib << 10);
  if (length == 0) usage_failure(PROGRAM, options, OPTION_COUNT(options), "there is no text of 0 bytes");
  unsigned char *text = allocate(PROGRAM, length), *restored = allocate(PROGRAM, length);
  language_initialize(&l, seed);
  write_text(&l, text, length);
  report("text: %u bytes, checksum %016llx", length, (unsigned long long)fold_bytes(0, text, length));
  uint64_t checksum = compress(&e, text, length);
  decoder_initialize(&d, e.bytes, e.length);
  decompress(&d, restored, length);
  if (memcmp(text, restored, length) != 0) fail(PROGRAM, "the decompressed text differs");
  report("final: %u bytes in %lu, checksum %016llx", length, (unsigned long)e.length, (unsigned long long)checksum);
  return 0;
}
