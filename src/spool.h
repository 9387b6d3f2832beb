/* The spool: finished batches of a run in files of a folder, so that the run survives its process and spreads over
 * several. A batch is a number and bytes here; what they mean is the tally's. Files are written whole to a temporary
 * name, synced and renamed; every batch has a checksum. The folder is made when there is something worth keeping: at
 * once for a shard, else after a second, what was finished before being done again if need be. */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdint.h>

#include "scenario.h"

struct spool;

/* Bytes of batches in memory at which they are written whatever the clock says. */
enum { SPOOL_BUFFER = 16 << 20 };

/* Texts are copied, except the overrides and the scenario, which must stay as long as the spool. */
struct spool_terms {
    const char *folder;
    const struct riskpool_scenario *scenario;
    const char *scenario_path;
    const char *const *overrides; /* assignments to the scenario's keys */
    size_t n_overrides;
    int growing;              /* paths are added to those of the scenario */
    uint64_t shard, n_shards; /* batches with number % n_shards == shard; n_shards 0: all */
    uint64_t n_bytes;         /* that spool and results will fill at least; 0: unknown */
    int fresh;                /* discard what is there */
    int (*stop)(void *user);  /* as in riskpool_run_options; ends waiting */
    void *user;
};

/* Takes the lock of the folder, if it is there, and lists its batches. RISKPOOL_CANNOT_CREATE when it is of another
 * run or another process works on it, RISKPOOL_WRITE_FAILED when the disk is too small; *message says which. */
enum riskpool_status spool_open(const struct spool_terms *terms, struct spool **spool, char **message);
/* The same for merging: shards may be at work; nothing will be added, and `only_look` takes no lock at all.
 * RISKPOOL_INPUT_MISSING when there is no folder. */
enum riskpool_status spool_open_finished(const struct spool_terms *terms, int only_look, struct spool **spool,
                                         char **message);
/* Legal on NULL. Releases the locks; the folder stays. */
void spool_close(struct spool *spool);

/* Bytes of memory of a spool that lists so many batches, of so many bytes together. */
uint64_t spool_memory(uint64_t n_batches, uint64_t n_bytes);

/* Whether a batch is this process's to compute. */
int spool_owns(const struct spool *spool, uint64_t batch);
int spool_is_shard(const struct spool *spool);
/* How many of the batches 0 .. n - 1 are there; *end is one past the last batch that is, of any number. */
uint64_t spool_count(const struct spool *spool, uint64_t n, uint64_t *end);
int spool_has(const struct spool *spool, uint64_t batch);
/* Reads a batch. RISKPOOL_INPUT_MISSING: it is not there; RISKPOOL_INVALID: it is damaged, and noted as such. Several
 * threads may read at once. */
enum riskpool_status spool_read(struct spool *spool, uint64_t batch, void *bytes, size_t capacity, size_t *size);
/* Notes that what was read is not usable. */
void spool_distrust(struct spool *spool, uint64_t batch);
/* Whether a batch that is finished now is to be kept. */
int spool_wants(const struct spool *spool);
/* Keeps a batch; writes what has come together when it is time. Several threads may keep at once. What failed is in
 * spool_message; the batches saved before stay. */
enum riskpool_status spool_keep(struct spool *spool, uint64_t batch, const void *bytes, size_t size);
/* Writes what is kept and not yet written. */
enum riskpool_status spool_flush(struct spool *spool);
/* The one that may assemble, once every shard has done its part: waits for others that are assembling, then lists the
 * batches again. *gone: the folder is no more, somebody has assembled it. RISKPOOL_STOPPED after a signal. */
enum riskpool_status spool_begin_assembly(struct spool *spool, int *gone);
/* Whether the folder holds a run, and nobody has assembled and deleted it. */
int spool_is_there(const struct spool *spool);
/* Deletes what is left of the spool of a run whose results are there, unless somebody works in it. */
void spool_drop(const struct spool_terms *terms);
/* Deletes the files of the spool and its folder. */
void spool_remove(struct spool *spool);

/* What failed last, or NULL. */
const char *spool_message(const struct spool *spool);
const char *spool_folder(const struct spool *spool);
/* Batches that were found damaged, taken from files, written to files. */
void spool_counts(const struct spool *spool, uint64_t *damaged, uint64_t *taken, uint64_t *saved);
/* Says in the folder how this process ended ("finished", ...), for spool_sessions. */
void spool_end_session(struct spool *spool, const char *how, uint64_t n_paths);
/* All processes that worked here, this one included, as a JSON array; NULL when out of memory. Those without an end
 * were killed or are at work. */
char *spool_sessions(const struct spool *spool);

/* RISKPOOL_WRITE_FAILED with a message when the disk under `path` has less than `n_bytes` left. */
enum riskpool_status spool_disk_check(const char *path, uint64_t n_bytes, char **message);

/* What a spool says of its run, for who has the folder only. */
struct spool_manifest {
    char *scenario_path, *text;
    size_t size; /* of the text */
    char **overrides;
    size_t n_overrides;
    int growing;
};

/* RISKPOOL_INPUT_MISSING or RISKPOOL_INVALID with a message. Release with spool_manifest_free, also after a failure. */
enum riskpool_status spool_manifest_read(const char *folder, struct spool_manifest *manifest, char **message);
void spool_manifest_free(struct spool_manifest *manifest);

#endif
