/* What the files of the spool share. Inside spool only. */
#ifndef SPOOL_PARTS_H
#define SPOOL_PARTS_H

#include <omp.h>

#include "spool.h"

/* Where a batch is: in which file, at what offset. */
struct spool_entry {
    uint64_t batch;
    uint64_t sum; /* checksum of its bytes */
    size_t offset, size;
    size_t unit; /* index of the file's name */
    int damaged;
};

struct spool_index {
    size_t n, capacity;
    struct spool_entry *entry; /* by batch */
    size_t n_units, units_capacity;
    char **unit; /* paths of the files */
};

/* Bytes on their way into a file; a header is kept free at the front. */
struct spool_buffer {
    unsigned char *bytes;
    size_t n, capacity;
    uint64_t n_batches, first_batch;
};

struct spool {
    struct spool_terms terms;
    uint64_t identity; /* in the header of every file */
    char *folder, *scenario_path;
    int entered, reading;                /* the folder is ours to use; nothing is written */
    int lock, shard_lock, assembly_lock; /* descriptors, -1: none */
    struct spool_index index;
    struct spool_buffer buffer, writing;
    int busy;                       /* `writing` is being written */
    double started, flushed, cost;  /* seconds: of opening, of the last writing, what it took */
    uint64_t damaged, taken, saved; /* batches */
    char *session, *start_date, *message;
    const char *end; /* how the session ended */
    uint64_t end_paths;
    omp_lock_t guard; /* of all that threads change */
};

/* Text to be freed: a path in the folder; NULL when out of memory. */
char *spool_path(const struct spool *spool, const char *name);
/* Whether a name in the folder is one of ours, to be deleted with it. */
int spool_is_own(const char *name);
uint64_t spool_sum(uint64_t seed, const void *bytes, size_t n);

/* Headers are written where the bytes begin. */
enum { SPOOL_UNIT_HEAD = 32, SPOOL_BATCH_HEAD = 40 };
void spool_unit_head(unsigned char *head, uint64_t identity);
void spool_batch_head(unsigned char *head, uint64_t batch, const void *bytes, size_t size);
/* Lists every file again. */
enum riskpool_status spool_index_fill(struct spool *spool);
void spool_index_free(struct spool_index *index);

/* Locks the folder as the terms ask; writes, or checks, the manifest. A message on failure. */
enum riskpool_status spool_enter(struct spool *spool);
void spool_unlock(struct spool *spool);
/* Deletes our files but locks. */
void spool_clear(struct spool *spool);
/* Deletes all our files and the folder, if nothing else is in it. */
void spool_remove_folder(struct spool *spool);

/* The manifest is written when it is not there, else compared with the terms. */
enum riskpool_status spool_manifest_agree(struct spool *spool);
/* The start of this process in the folder, and later its end. */
void spool_session_write(struct spool *spool);

#endif
