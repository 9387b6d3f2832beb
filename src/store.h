/* The results file as a program sees it: writing and reading it whole are in riskpool.h; here is what a run asks before
 * it starts. */
#ifndef STORE_H
#define STORE_H

#include <stdint.h>

#include "riskpool.h"

/* Which run a results file is of: its root attributes. */
struct store_identity {
    char scenario_sha256[65];
    char source[64]; /* "riskpool 1.2.3" */
    uint64_t seed, n_paths;
    int complete;
};

/* RISKPOOL_INPUT_MISSING when there is no file `path`, RISKPOOL_INVALID when it is not a results file; *message
 * then says so (riskpool_text_free), else it is NULL. */
enum riskpool_status store_identity(const char *path, struct store_identity *identity, char **message);

/* The version of HDF5 that runs: "1.10.8". */
void store_library_version(char text[32]);

/* The folder that `path` is in, to be freed; NULL when out of memory. */
char *store_folder(const char *path);

/* Creates the folder of `path` where it is missing and checks that a file can be put there, so that a run need not
 * end to find out. RISKPOOL_CANNOT_CREATE with a message when not. */
enum riskpool_status store_prepare(const char *path, char **message);

/* Deletes what processes that died while they wrote `path` left of it beside it. */
void store_clean(const char *path);

#endif
