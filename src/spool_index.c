/* The files of a spool from inside: headers, checksums, which batch is where. A file that is cut short or damaged loses
 * what is behind the damage, and the batches in it that do not have their sum. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool_parts.h"

/* As numbers, so that a machine of the other byte order does not know them. */
static const uint64_t unit_mark = UINT64_C(0x31746c6f6f707372), batch_mark = UINT64_C(0x3168637461627372);

/* Multiply and shift by 64-bit words: every change of a single word changes it, others escape once in 2^64. */
uint64_t spool_sum(uint64_t seed, const void *bytes, size_t n) {
    uint64_t sum = seed ^ n * UINT64_C(0x9e3779b97f4a7c15), word = 0;
    const unsigned char *at = bytes;
    for (; n >= sizeof word; n -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9fb21c651e98df25);
        sum ^= sum >> 32;
    }
    word = 0;
    memcpy(&word, at, n);
    sum = (sum ^ word) * UINT64_C(0x9fb21c651e98df25);
    return sum ^ sum >> 29;
}

void spool_unit_head(unsigned char *head, uint64_t identity) {
    uint64_t word[4] = {unit_mark, identity, 0, 0};
    word[3] = spool_sum(0, word, 3 * sizeof *word);
    memcpy(head, word, sizeof word);
}

void spool_batch_head(unsigned char *head, uint64_t batch, const void *bytes, size_t size) {
    uint64_t word[5] = {batch_mark, batch, size, spool_sum(batch, bytes, size), 0};
    word[4] = spool_sum(0, word, 4 * sizeof *word);
    memcpy(head, word, sizeof word);
}

static int is_unit_head(const uint64_t word[4], uint64_t identity) {
    return word[0] == unit_mark && word[1] == identity && word[3] == spool_sum(0, word, 3 * sizeof *word);
}

static int is_batch_head(const uint64_t word[5], uint64_t left) {
    return word[0] == batch_mark && word[4] == spool_sum(0, word, 4 * sizeof *word) && word[2] <= left;
}

/* Room for one more; 0 when out of memory. */
static int reserve(void **array, size_t n, size_t *capacity, size_t size) {
    if (n < *capacity)
        return 1;
    const size_t more = *capacity ? 2 * *capacity : 64;
    void *longer = more < SIZE_MAX / size ? realloc(*array, more * size) : NULL;
    if (!longer)
        return 0;
    *array = longer;
    *capacity = more;
    return 1;
}

static int add_entry(struct spool_index *index, const uint64_t head[5], size_t offset) {
    if (!reserve((void **)&index->entry, index->n, &index->capacity, sizeof *index->entry))
        return 0;
    index->entry[index->n++] = (struct spool_entry){
        .batch = head[1], .size = (size_t)head[2], .sum = head[3], .offset = offset, .unit = index->n_units - 1};
    return 1;
}

/* Lists the batches of the last file; *damaged counts it when something is wrong with it. 0 when out of memory. */
static int list_unit(struct spool_index *index, uint64_t identity, uint64_t *damaged) {
    const int file = open(index->unit[index->n_units - 1], O_RDONLY | O_CLOEXEC);
    struct stat found;
    uint64_t head[5];
    int fine = 1;
    size_t offset = SPOOL_UNIT_HEAD;
    if (file < 0 || fstat(file, &found) != 0 || pread(file, head, SPOOL_UNIT_HEAD, 0) != SPOOL_UNIT_HEAD ||
        !is_unit_head(head, identity)) {
        ++*damaged;
        goto out;
    }
    const size_t end = (size_t)found.st_size;
    while (fine && offset < end) {
        if (pread(file, head, SPOOL_BATCH_HEAD, (off_t)offset) != SPOOL_BATCH_HEAD ||
            !is_batch_head(head, end - offset - SPOOL_BATCH_HEAD)) {
            ++*damaged;
            break;
        }
        fine = add_entry(index, head, offset + SPOOL_BATCH_HEAD);
        offset += SPOOL_BATCH_HEAD + (size_t)head[2];
    }
out:
    if (file >= 0)
        close(file);
    return fine;
}

static int by_batch(const void *a, const void *b) {
    const struct spool_entry *x = a, *y = b;
    return (x->batch > y->batch) - (x->batch < y->batch);
}

static int is_unit(const char *name) {
    const size_t length = strlen(name);
    return strncmp(name, "unit-", 5) == 0 && length > 9 && strcmp(name + length - 4, ".bin") == 0;
}

int spool_is_own(const char *name) {
    const size_t length = strlen(name);
    return strncmp(name, "unit-", 5) == 0 || strncmp(name, "session-", 8) == 0 ||
           strncmp(name, "manifest.json", 13) == 0 || strncmp(name, "scenario.yaml", 13) == 0 ||
           strcmp(name, "lock") == 0 || (length > 5 && strcmp(name + length - 5, ".lock") == 0);
}

enum riskpool_status spool_index_fill(struct spool *spool) {
    struct spool_index *index = &spool->index;
    spool_index_free(index);
    DIR *folder = opendir(spool->folder);
    int fine = folder || errno == ENOENT;
    uint64_t damaged = 0;
    for (struct dirent *found = folder ? readdir(folder) : NULL; fine && found; found = readdir(folder)) {
        if (!is_unit(found->d_name))
            continue;
        fine = reserve((void **)&index->unit, index->n_units, &index->units_capacity, sizeof *index->unit);
        char *path = fine ? spool_path(spool, found->d_name) : NULL;
        fine = path != NULL;
        if (fine)
            index->unit[index->n_units++] = path;
        fine = fine && list_unit(index, spool->identity, &damaged);
    }
    if (folder)
        closedir(folder);
    if (index->n > 0)
        qsort(index->entry, index->n, sizeof *index->entry, by_batch);
    spool->damaged += damaged;
    return fine ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

void spool_index_free(struct spool_index *index) {
    for (size_t i = 0; i < index->n_units; i++)
        free(index->unit[i]);
    free(index->unit);
    free(index->entry);
    *index = (struct spool_index){0};
}

/* The first entry of a batch that is not damaged, or NULL. */
static struct spool_entry *find(const struct spool *spool, uint64_t batch) {
    const struct spool_index *index = &spool->index;
    size_t begin = 0, end = index->n;
    while (begin < end) {
        const size_t middle = (begin + end) / 2;
        if (index->entry[middle].batch < batch)
            begin = middle + 1;
        else
            end = middle;
    }
    while (begin < index->n && index->entry[begin].batch == batch && index->entry[begin].damaged)
        begin++;
    return begin < index->n && index->entry[begin].batch == batch ? &index->entry[begin] : NULL;
}

int spool_has(const struct spool *spool, uint64_t batch) {
    return find(spool, batch) != NULL;
}

uint64_t spool_count(const struct spool *spool, uint64_t n, uint64_t *end) {
    const struct spool_index *index = &spool->index;
    uint64_t count = 0;
    *end = index->n ? index->entry[index->n - 1].batch + 1 : 0;
    for (size_t i = 0; i < index->n && index->entry[i].batch < n; i++)
        count += i == 0 || index->entry[i].batch != index->entry[i - 1].batch;
    return count;
}

void spool_distrust(struct spool *spool, uint64_t batch) {
    omp_set_lock(&spool->guard);
    struct spool_entry *entry = find(spool, batch);
    if (entry)
        entry->damaged = 1;
    spool->damaged++;
    omp_unset_lock(&spool->guard);
}

enum riskpool_status spool_read(struct spool *spool, uint64_t batch, void *bytes, size_t capacity, size_t *size) {
    for (struct spool_entry *entry = find(spool, batch); entry; entry = find(spool, batch)) {
        const int file = open(spool->index.unit[entry->unit], O_RDONLY | O_CLOEXEC);
        const int fine = file >= 0 && entry->size <= capacity &&
                         pread(file, bytes, entry->size, (off_t)entry->offset) == (ssize_t)entry->size &&
                         spool_sum(batch, bytes, entry->size) == entry->sum;
        *size = entry->size;
        if (file >= 0)
            close(file);
        if (fine) {
#pragma omp atomic
            spool->taken++;
            return RISKPOOL_OK;
        }
        spool_distrust(spool, batch);
    }
    return RISKPOOL_INPUT_MISSING;
}
