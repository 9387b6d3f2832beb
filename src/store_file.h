/* A file that is there whole or not at all. Inside store only. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stddef.h>

#include "depot.h"
#include "riskpool.h"

/* Writes `n` bytes, which may lie in a depot (NULL: they do not), to a temporary name beside `path`, through to the
 * disk, and renames it into place; the temporary file is gone afterwards, whatever happens. RISKPOOL_CANNOT_CREATE or
 * RISKPOOL_WRITE_FAILED with a message. */
enum riskpool_status store_file_replace(const char *path, const void *bytes, size_t n, const struct depot *depot,
                                        char **message);

/* *message = a formatted text of its own (NULL when out of memory); the one before is released. */
void store_message(char **message, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
