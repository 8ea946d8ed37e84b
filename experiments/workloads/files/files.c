// Works on several open files in the preopened --folder, in rounds with computing between them, so that it can be frozen
// with files open: a log to append to, a table that is written at random places and read in order through a second
// descriptor, a buffered stream that is read line by line, and a directory that fills and is listed. With --stdin every
// round takes a line of the standard input too. It removes what an earlier run left.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/workload.h"

#define PROGRAM "files"
#define RECORD_BYTES 96
#define RECORD_COUNT 2048
#define WRITES 64           // records, a round
#define READS 100           // records, a round
#define LINES 3             // of the stream, a round
#define COMPUTE_WORDS 8192
#define PATH_BYTES 256
#define LIST_EVERY 3        // rounds

static const char *folder = "/data";
static uint64_t rounds = 30;
static uint64_t work = 100;  // passes over the computed words, a round
static uint64_t seed = 1;
static bool from_stdin = false;

static const option options[] = {
    {"--folder", OPTION_TEXT, &folder},
    {"--rounds", OPTION_NUMBER, &rounds, 1, 100000},
    {"--work", OPTION_NUMBER, &work, 0, 1000000},
    {"--seed", OPTION_NUMBER, &seed, 0, UINT64_MAX},
    {"--stdin", OPTION_FLAG, &from_stdin},
};

typedef struct {
  generator random;
  uint64_t checksum;
  uint64_t words[COMPUTE_WORDS];
  int log, table, table_reader;
  FILE *lines;
} run;

static const char *path_of(const char *name) {
  static char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void check(bool succeeded, const char *what) {
  if (succeeded) return;
  perror(what);
  fail(PROGRAM, "a file operation failed");
}

static int open_file(const char *name, int flags) {
  int descriptor = open(path_of(name), flags, 0644);
  check(descriptor >= 0, name);
  return descriptor;
}

static void remove_leftovers(void) {
  DIR *kept = opendir(path_of("kept"));
  if (kept != NULL) {
    char name[PATH_BYTES];
    struct dirent *entry;
    while ((entry = readdir(kept)) != NULL) {
      if (entry->d_name[0] == '.') continue;
      snprintf(name, sizeof name, "kept/%s", entry->d_name);
      check(unlink(path_of(name)) == 0, name);
      rewinddir(kept);
    }
    closedir(kept);
    rmdir(path_of("kept"));
  }
  unlink(path_of("log.txt"));
}

static void write_lines(run *r) {
  FILE *lines = fopen(path_of("lines.txt"), "w");
  check(lines != NULL, "lines.txt");
  for (int i = 0; i < 500; i++) fprintf(lines, "line %d holds %016llx\n", i, (unsigned long long)next_number(&r->random));
  check(fclose(lines) == 0, "lines.txt");
}

static void open_all(run *r) {
  write_lines(r);
  check(mkdir(path_of("kept"), 0755) == 0, "kept");
  r->log = open_file("log.txt", O_WRONLY | O_CREAT | O_APPEND);
  r->table = open_file("table.bin", O_RDWR | O_CREAT | O_TRUNC);
  check(ftruncate(r->table, RECORD_COUNT * RECORD_BYTES) == 0, "table.bin");
  r->table_reader = open_file("table.bin", O_RDONLY);
  r->lines = fopen(path_of("lines.txt"), "r");
  check(r->lines != NULL, "lines.txt");
}

static void compute(run *r) {
  for (uint64_t pass = 0; pass < work; pass++) {
    for (int i = 0; i < COMPUTE_WORDS; i++) {
      r->words[i] = fold(r->words[i], r->checksum);
      r->checksum += r->words[i];
    }
  }
}

static void write_records(run *r) {
  unsigned char record[RECORD_BYTES];
  for (int i = 0; i < WRITES; i++) {
    off_t offset = (off_t)next_below(&r->random, RECORD_COUNT) * RECORD_BYTES;
    for (int b = 0; b < RECORD_BYTES; b++) record[b] = (unsigned char)(r->checksum >> b % 57);
    r->checksum = fold(r->checksum, (uint64_t)offset);
    check(lseek(r->table, offset, SEEK_SET) == offset, "table.bin: seek");
    check(write(r->table, record, RECORD_BYTES) == RECORD_BYTES, "table.bin: write");
  }
}

// Goes on where the last round stopped, and from the start again behind the last record.
static void read_records(run *r) {
  unsigned char record[RECORD_BYTES];
  for (int i = 0; i < READS; i++) {
    ssize_t count = read(r->table_reader, record, RECORD_BYTES);
    if (count == 0) {
      check(lseek(r->table_reader, 0, SEEK_SET) == 0, "table.bin: rewind");
      continue;
    }
    check(count == RECORD_BYTES, "table.bin: read");
    r->checksum = fold_bytes(r->checksum, record, RECORD_BYTES);
  }
}

static void read_lines(run *r) {
  char line[128];
  for (int i = 0; i < LINES; i++) {
    if (fgets(line, sizeof line, r->lines) == NULL) rewind(r->lines);
    else r->checksum = fold_bytes(r->checksum, line, strlen(line));
  }
  if (from_stdin && fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    r->checksum = fold_bytes(r->checksum, line, strlen(line));
    report("input: %s", line);
  }
}

static void append_log(run *r, uint64_t round) {
  char line[64];
  int length = snprintf(line, sizeof line, "round %llu %016llx\n", (unsigned long long)round, (unsigned long long)r->checksum);
  check(write(r->log, line, (size_t)length) == length, "log.txt: write");
}

// Written under another name and renamed, as careful programs do.
static void keep_result(run *r, uint64_t round) {
  char name[64], final_path[PATH_BYTES];
  snprintf(name, sizeof name, "kept/%05llu", (unsigned long long)round);
  snprintf(final_path, sizeof final_path, "%s", path_of(name));
  int kept = open_file("kept/new", O_WRONLY | O_CREAT | O_EXCL);
  check(write(kept, &r->checksum, sizeof r->checksum) == sizeof r->checksum, name);
  check(close(kept) == 0, name);
  check(rename(path_of("kept/new"), final_path) == 0, name);
}

// The order of a directory is the host's, so the sum must not depend on it.
static uint64_t list_kept(run *r) {
  DIR *kept = opendir(path_of("kept"));
  check(kept != NULL, "kept");
  uint64_t count = 0, sum = 0;
  struct dirent *entry;
  while ((entry = readdir(kept)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    count++;
    sum += fold_bytes(0, entry->d_name, strlen(entry->d_name));
  }
  closedir(kept);
  r->checksum = fold(r->checksum, sum);
  return count;
}

int main(int argument_count, char **arguments) {
  static run r;
  uint64_t listed = 0;
  parse_options(PROGRAM, argument_count, arguments, options, OPTION_COUNT(options));
  r.random.state = seed;
  remove_leftovers();
  open_all(&r);
  for (uint64_t round = 1; round <= rounds; round++) {
    write_records(&r);
    compute(&r);
    read_records(&r);
    read_lines(&r);
    append_log(&r, round);
    if (round % LIST_EVERY == 0) {
      keep_result(&r, round);
      listed = list_kept(&r);
    }
    report("round %llu: reader at %lld, %llu files kept, checksum %016llx", (unsigned long long)round,
           (long long)lseek(r.table_reader, 0, SEEK_CUR), (unsigned long long)listed, (unsigned long long)r.checksum);
  }
  struct stat log_status;
  check(fstat(r.log, &log_status) == 0, "log.txt: status");
  check(close(r.log) == 0 && close(r.table) == 0 && close(r.table_reader) == 0 && fclose(r.lines) == 0, "close");
  report("final: log of %lld bytes, checksum %016llx", (long long)log_status.st_size, (unsigned long long)r.checksum);
  return 0;
}
