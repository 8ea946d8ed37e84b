// What SQLite needs of a system when its databases are in memory: no files, and a clock and random numbers that are the
// same in every run.
#ifndef QUICWASM_MEMORY_VFS_H
#define QUICWASM_MEMORY_VFS_H

#include <string.h>

#include "sqlite3.h"

#define FIXED_DAY 2460000.5              // Julian
#define MILLISECONDS_A_DAY 86400000

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out) {
  (void)vfs, (void)name, (void)flags, (void)flags_out;
  file->pMethods = NULL;
  return SQLITE_CANTOPEN;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_directory) {
  (void)vfs, (void)name, (void)sync_directory;
  return SQLITE_IOERR_DELETE_NOENT;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  (void)vfs, (void)name, (void)flags;
  *result = 0;
  return SQLITE_OK;
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int length, char *path) {
  (void)vfs;
  sqlite3_snprintf(length, path, "%s", name);
  return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int length, char *bytes) {
  (void)vfs;
  memset(bytes, 0x5A, (size_t)length);
  return length;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
  (void)vfs;
  return microseconds;
}

static int vfs_current_time(sqlite3_vfs *vfs, double *day) {
  (void)vfs;
  *day = FIXED_DAY;
  return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int length, char *message) {
  (void)vfs, (void)length, (void)message;
  return 0;
}

static int vfs_current_time_milliseconds(sqlite3_vfs *vfs, sqlite3_int64 *time) {
  (void)vfs;
  *time = (sqlite3_int64)(FIXED_DAY * MILLISECONDS_A_DAY);
  return SQLITE_OK;
}

static sqlite3_vfs memory_vfs = {
    .iVersion = 2,
    .szOsFile = sizeof(sqlite3_file),
    .mxPathname = 256,
    .zName = "memory",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_pathname,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_current_time_milliseconds,
};

// Called by SQLite, which is compiled with SQLITE_OS_OTHER.
int sqlite3_os_init(void) { return sqlite3_vfs_register(&memory_vfs, 1); }
int sqlite3_os_end(void) { return SQLITE_OK; }

#endif
