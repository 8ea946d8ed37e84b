// Fills an in-memory database with --rows sales, then runs --queries queries of twelve kinds in turn over parts of it.
#include "../common/workload.h"
#include "memory-vfs.h"

#define PROGRAM "sqlite"
#define CUSTOMER_SHARE 20   // sales a customer
#define PRODUCT_COUNT 200
#define DAY_COUNT 365
#define CITY_COUNT 50
#define FILL_LINES 20

static uint64_t rows = 100000;
static uint64_t queries = 48;
static uint64_t seed = 1;

static const option options[] = {
    {"--rows", OPTION_NUMBER, &rows, 100, 10000000},
    {"--queries", OPTION_NUMBER, &queries, 0, 1000000000},
    {"--seed", OPTION_NUMBER, &seed, 0, UINT64_MAX},
};

typedef struct {
  sqlite3 *database;
  sqlite3_stmt *insert;
  generator random;
  uint64_t checksum;
  sqlite3_int64 next_sale;
} run;

static const char *const schema =
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city INTEGER NOT NULL, balance REAL NOT NULL);"
    "CREATE TABLE sale (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer, product INTEGER NOT NULL,"
    "  day INTEGER NOT NULL, amount INTEGER NOT NULL, note TEXT);"
    "CREATE INDEX customer_by_city ON customer (city);";

static const char *const sale_indexes[] = {
    "CREATE INDEX sale_by_customer ON sale (customer)",
    "CREATE INDEX sale_by_product ON sale (product, day)",
};

// Every parameter is drawn anew for each run of the query, below the limit that stands here: a range of keys (:part is a
// twentieth of the sales), a product, a day, a city or a customer.
typedef struct { const char *name, *sql; } query_kind;

static const query_kind kinds[] = {
    {"group",
     "SELECT product % 40, count(*), sum(amount), avg(amount), max(day) FROM sale WHERE id BETWEEN :from AND :from + :part"
     " GROUP BY 1 HAVING count(*) > 1 ORDER BY 3 DESC"},
    {"join",
     "SELECT c.id, c.name, count(*), sum(s.amount) FROM customer c JOIN sale s ON s.customer = c.id WHERE c.city = :city"
     " GROUP BY c.id ORDER BY 4 DESC, 1"},
    {"like", "SELECT id, note FROM sale WHERE id BETWEEN :from AND :from + :part AND note LIKE '%ba%do%'"},
    {"update", "UPDATE sale SET amount = amount * 3 % 10007, note = note || '+' WHERE product = :product"},
    {"window",
     "SELECT id, product, rank() OVER (PARTITION BY product % 7 ORDER BY amount DESC, id), sum(amount) OVER"
     " (PARTITION BY product % 7 ORDER BY id ROWS 5 PRECEDING) FROM sale WHERE id BETWEEN :from AND :from + :part / 4"},
    {"recursive",
     "WITH RECURSIVE walk(step, value) AS (SELECT 1, :product + 27 UNION ALL SELECT step + 1, CASE WHEN value % 2 = 0"
     " THEN value / 2 ELSE 3 * value + 1 END FROM walk WHERE value > 1 LIMIT 2000), tree(node, depth) AS (SELECT 1, 0"
     " UNION SELECT node * 2 + bit, depth + 1 FROM tree, (SELECT 0 AS bit UNION ALL SELECT 1) WHERE depth < 9)"
     " SELECT (SELECT count(*) FROM walk), (SELECT max(value) FROM walk), count(*), sum(node) FROM tree"},
    {"delete", "DELETE FROM sale WHERE customer = :customer OR (product = :product AND day < :day)"},
    {"sort", "SELECT id, amount, note FROM sale WHERE id BETWEEN :from AND :from + :part ORDER BY note DESC, amount, id LIMIT 40"},
    {"correlated",
     "SELECT id, name FROM customer c WHERE city = :city AND EXISTS (SELECT 1 FROM sale s WHERE s.customer = c.id AND"
     " s.amount > (SELECT avg(amount) * 1.8 FROM sale t WHERE t.customer = s.customer))"},
    {"text",
     "SELECT upper(substr(note, 1, 3)), count(DISTINCT length(note)), group_concat(day, '/'), printf('%08.3f', avg(amount))"
     " FROM sale WHERE product = :product GROUP BY 1 ORDER BY 1"},
    {"balance",
     "UPDATE customer SET balance = balance * 0.99 + (SELECT total(amount) FROM sale WHERE sale.customer = customer.id) / 7.0"
     " WHERE city = :city"},
    {"refill", NULL},  // a transaction of inserts, a part of it rolled back
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static void check(run *r, int code, const char *what) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(r->database));
  fail(PROGRAM, "SQLite reported an error");
}

static void execute(run *r, const char *sql) { check(r, sqlite3_exec(r->database, sql, NULL, NULL, NULL), sql); }

static void fold_row(run *r, sqlite3_stmt *statement) {
  for (int i = 0; i < sqlite3_column_count(statement); i++) {
    int type = sqlite3_column_type(statement, i);
    if (type == SQLITE_INTEGER) {
      r->checksum = fold(r->checksum, (uint64_t)sqlite3_column_int64(statement, i));
    } else if (type == SQLITE_FLOAT) {
      double value = sqlite3_column_double(statement, i);
      r->checksum = fold_bytes(r->checksum, &value, sizeof value);
    } else if (type != SQLITE_NULL) {
      const void *text = sqlite3_column_blob(statement, i);
      r->checksum = fold_bytes(r->checksum, text, (size_t)sqlite3_column_bytes(statement, i));
    }
  }
}

static uint64_t customer_count(void) { return rows / CUSTOMER_SHARE; }

static const char *draw_words(run *r, char *text, size_t length) {
  static const char *const syllables[] = {"ba", "do", "ke", "li", "mo", "nu", "pra", "si", "ta", "vor", "we", "zu"};
  uint32_t count = 3 + next_below(&r->random, 8);
  size_t at = 0;
  for (uint32_t i = 0; i < count && at + 5 < length; i++) {
    for (const char *s = syllables[next_below(&r->random, 12)]; *s != 0; s++) text[at++] = *s;
    if (i % 3 == 2) text[at++] = ' ';
  }
  text[at] = 0;
  return text;
}

static void add_sale(run *r) {
  char note[64];
  draw_words(r, note, sizeof note);
  sqlite3_bind_int64(r->insert, 1, r->next_sale++);
  sqlite3_bind_int64(r->insert, 2, 1 + next_below(&r->random, (uint32_t)customer_count()));
  sqlite3_bind_int64(r->insert, 3, next_below(&r->random, PRODUCT_COUNT));
  sqlite3_bind_int64(r->insert, 4, next_below(&r->random, DAY_COUNT));
  sqlite3_bind_int64(r->insert, 5, next_below(&r->random, 10000));
  sqlite3_bind_text(r->insert, 6, note, -1, SQLITE_STATIC);
  check(r, sqlite3_step(r->insert), "insert");
  check(r, sqlite3_reset(r->insert), "insert");
}

static void fill_customers(run *r) {
  sqlite3_stmt *statement;
  char name[64];
  check(r, sqlite3_prepare_v2(r->database, "INSERT INTO customer VALUES (?, ?, ?, ?)", -1, &statement, NULL), "customer");
  execute(r, "BEGIN");
  for (uint64_t i = 1; i <= customer_count(); i++) {
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)i);
    sqlite3_bind_text(statement, 2, draw_words(r, name, sizeof name), -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, next_below(&r->random, CITY_COUNT));
    sqlite3_bind_double(statement, 4, next_unit(&r->random) * 1000);
    check(r, sqlite3_step(statement), "customer");
    check(r, sqlite3_reset(statement), "customer");
  }
  execute(r, "COMMIT");
  sqlite3_finalize(statement);
}

// Returns how many rows there were.
static uint64_t fold_rows(run *r, sqlite3_stmt *statement, const char *what) {
  uint64_t row_count = 0;
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    fold_row(r, statement);
    row_count++;
  }
  check(r, code, what);
  check(r, sqlite3_finalize(statement), what);
  return row_count;
}

static uint64_t fold_query(run *r, const char *sql) {
  sqlite3_stmt *statement;
  check(r, sqlite3_prepare_v2(r->database, sql, -1, &statement, NULL), sql);
  return fold_rows(r, statement, sql);
}

static void fill_sales(run *r) {
  for (uint64_t line = 1; line <= FILL_LINES; line++) {
    execute(r, "BEGIN");
    while ((uint64_t)r->next_sale <= rows * line / FILL_LINES) add_sale(r);
    execute(r, "COMMIT");
    fold_query(r, "SELECT count(*), sum(amount), sum(length(note)) FROM sale WHERE id > (SELECT max(id) FROM sale) - 500");
    report("fill: %lld rows, checksum %016llx", (long long)r->next_sale - 1, (unsigned long long)r->checksum);
  }
  for (size_t i = 0; i < sizeof sale_indexes / sizeof sale_indexes[0]; i++) {
    execute(r, sale_indexes[i]);
    report("%s", sale_indexes[i]);
  }
}

static uint64_t refill(run *r) {
  uint64_t count = rows / 200;
  execute(r, "BEGIN");
  for (uint64_t i = 0; i < count; i++) add_sale(r);
  execute(r, "SAVEPOINT half; UPDATE sale SET amount = 0 WHERE product = 1; DELETE FROM sale WHERE product = 2");
  execute(r, "ROLLBACK TO half; COMMIT");
  return count;
}

static void bind(run *r, sqlite3_stmt *statement, const char *parameter, uint64_t value) {
  int index = sqlite3_bind_parameter_index(statement, parameter);
  if (index != 0) check(r, sqlite3_bind_int64(statement, index, (sqlite3_int64)value), parameter);
}

static uint64_t run_query(run *r, const query_kind *kind) {
  if (kind->sql == NULL) return refill(r);
  sqlite3_stmt *statement;
  uint64_t part = rows / 20;
  int changes_before = sqlite3_total_changes(r->database);
  check(r, sqlite3_prepare_v2(r->database, kind->sql, -1, &statement, NULL), kind->name);
  bind(r, statement, ":part", part);
  bind(r, statement, ":from", 1 + next_below(&r->random, (uint32_t)(rows - part)));
  bind(r, statement, ":product", next_below(&r->random, PRODUCT_COUNT));
  bind(r, statement, ":day", next_below(&r->random, DAY_COUNT));
  bind(r, statement, ":city", next_below(&r->random, CITY_COUNT));
  bind(r, statement, ":customer", 1 + next_below(&r->random, (uint32_t)customer_count()));
  uint64_t row_count = fold_rows(r, statement, kind->name);
  return row_count + (uint64_t)(sqlite3_total_changes(r->database) - changes_before);
}

int main(int argument_count, char **arguments) {
  static run r;
  parse_options(PROGRAM, argument_count, arguments, options, OPTION_COUNT(options));
  r.random.state = seed;
  r.next_sale = 1;
  check(&r, sqlite3_open(":memory:", &r.database), "open");
  execute(&r, schema);
  fill_customers(&r);
  check(&r, sqlite3_prepare_v2(r.database, "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?)", -1, &r.insert, NULL), "insert");
  fill_sales(&r);
  for (uint64_t i = 0; i < queries; i++) {
    const query_kind *kind = &kinds[i % KIND_COUNT];
    uint64_t row_count = run_query(&r, kind);
    r.checksum = fold(r.checksum, row_count);
    report("query %llu %s: %llu rows, checksum %016llx", (unsigned long long)i + 1, kind->name, (unsigned long long)row_count,
           (unsigned long long)r.checksum);
  }
  check(&r, sqlite3_finalize(r.insert), "insert");
  fold_query(&r, "PRAGMA quick_check");
  check(&r, sqlite3_close(r.database), "close");
  report("final: checksum %016llx", (unsigned long long)r.checksum);
  return 0;
}
