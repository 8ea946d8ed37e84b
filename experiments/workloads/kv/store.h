// An ordered in-memory store: records in a skip list by key, found through an open-addressed index.
// The index holds the keys themselves, so that looking one up touches no other record: the pages a run touches are then
// those of the keys it asks for.
#ifndef QUICWASM_STORE_H
#define QUICWASM_STORE_H

#include "../common/workload.h"

#define MAX_LEVEL 20

typedef struct record {
  uint32_t key;
  uint32_t length_bytes;  // of the value, a multiple of 8
  uint32_t version;
  uint32_t level;         // how many entries of next there are
  uint64_t *value;
  struct record *next[];
} record;

typedef struct {
  uint32_t key;
  record *record;  // NULL: the slot is free
} index_slot;

typedef struct {
  index_slot *slots;
  uint32_t slot_mask;
  uint32_t record_count;
  uint64_t value_bytes;
  generator levels;
  record *head;  // before all keys, of MAX_LEVEL levels
} store;

static record *record_new(uint32_t key, uint32_t level) {
  record *r = allocate("kv", sizeof(record) + level * sizeof(record *));
  *r = (record){.key = key, .level = level};
  for (uint32_t i = 0; i < level; i++) r->next[i] = NULL;
  return r;
}

static void store_initialize(store *s, uint32_t expected_records, uint64_t seed) {
  uint32_t slot_count = 1024;
  while (slot_count < expected_records + expected_records / 2) slot_count *= 2;
  *s = (store){.slot_mask = slot_count - 1, .levels = {seed}};
  s->slots = calloc(slot_count, sizeof(index_slot));
  if (s->slots == NULL) fail("kv", "out of memory");
  s->head = record_new(0, MAX_LEVEL);
}

static inline uint32_t slot_of(const store *s, uint32_t key) {
  key *= 0x9E3779B1u;
  return (key ^ (key >> 15)) & s->slot_mask;
}

// The slot that holds the key, or the free one where it would go.
static index_slot *find_slot(const store *s, uint32_t key) {
  uint32_t i = slot_of(s, key);
  while (s->slots[i].record != NULL && s->slots[i].key != key) i = (i + 1) & s->slot_mask;
  return &s->slots[i];
}

// Frees a slot and moves back the ones behind it that would otherwise not be found any more.
static void free_slot(store *s, index_slot *slot) {
  uint32_t hole = (uint32_t)(slot - s->slots);
  for (uint32_t i = (hole + 1) & s->slot_mask; s->slots[i].record != NULL; i = (i + 1) & s->slot_mask) {
    uint32_t home = slot_of(s, s->slots[i].key);
    if (((i - home) & s->slot_mask) < ((i - hole) & s->slot_mask)) continue;
    s->slots[hole] = s->slots[i];
    hole = i;
  }
  s->slots[hole].record = NULL;
}

// The first record with this key or a larger one; before[] receives the record in front of it on every level.
static record *seek(const store *s, uint32_t key, record **before) {
  record *r = s->head;
  for (int level = MAX_LEVEL - 1; level >= 0; level--) {
    while (r->next[level] != NULL && r->next[level]->key < key) r = r->next[level];
    before[level] = r;
  }
  return r->next[0];
}

static record *store_get(const store *s, uint32_t key) { return find_slot(s, key)->record; }

static void value_resize(store *s, record *r, uint32_t length_bytes) {
  if (r->value != NULL && r->length_bytes == length_bytes) return;
  s->value_bytes += length_bytes;
  if (r->value != NULL) s->value_bytes -= r->length_bytes;
  free(r->value);
  r->value = allocate("kv", length_bytes);
  r->length_bytes = length_bytes;
}

// What a value holds follows from its key and version.
static void value_write(record *r) {
  uint64_t word = ((uint64_t)r->key << 32 | r->version) * 0x9E3779B97F4A7C15u;
  uint32_t word_count = r->length_bytes / 8;
  for (uint32_t i = 0; i < word_count; i++) {
    r->value[i] = word;
    word += word >> 17 ^ 0xD1B54A32D192ED03u;
  }
}

static uint64_t value_checksum(const record *r) {
  uint64_t sum = r->version;
  uint32_t word_count = r->length_bytes / 8;
  for (uint32_t i = 0; i < word_count; i++) sum = (sum << 5 | sum >> 59) ^ r->value[i];
  return sum;
}

// Inserts or overwrites.
static record *store_put(store *s, uint32_t key, uint32_t length_bytes) {
  index_slot *slot = find_slot(s, key);
  record *r = slot->record;
  if (r == NULL) {
    record *before[MAX_LEVEL];
    seek(s, key, before);
    uint64_t coins = next_number(&s->levels);
    uint32_t level = 1;
    while (level < MAX_LEVEL && (coins & 3) == 0) level++, coins >>= 2;
    r = record_new(key, level);
    for (uint32_t i = 0; i < level; i++) {
      r->next[i] = before[i]->next[i];
      before[i]->next[i] = r;
    }
    *slot = (index_slot){key, r};
    s->record_count++;
  }
  value_resize(s, r, length_bytes);
  r->version++;
  value_write(r);
  return r;
}

static bool store_delete(store *s, uint32_t key) {
  index_slot *slot = find_slot(s, key);
  if (slot->record == NULL) return false;
  record *before[MAX_LEVEL];
  record *r = seek(s, key, before);
  for (uint32_t i = 0; i < r->level; i++) before[i]->next[i] = r->next[i];
  free_slot(s, slot);
  s->record_count--;
  s->value_bytes -= r->length_bytes;
  free(r->value);
  free(r);
  return true;
}

#endif
