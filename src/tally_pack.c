/* A finished batch as bytes, and back: what a tally adds for it, exactly, so that a tally made of packed batches is the
 * same to the last bit as one made of the batches themselves. The bytes are those of the machine; every part is a whole
 * number of 8-byte words. Where they are kept is not known here. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"

_Static_assert(BATCH <= UINT16_MAX, "counts of a batch are packed in 16 bits");

enum { WORD = 8, BITMAP = BATCH / 64 };

/* Where bytes go to, or come from; `end` is NULL for a packer, whose room was measured. */
struct packer {
    unsigned char *at;
};

struct unpacker {
    const unsigned char *at, *end;
    int failed;
};

static void put(struct packer *packer, const void *from, size_t bytes) {
    memcpy(packer->at, from, bytes);
    packer->at += (bytes + WORD - 1) / WORD * WORD;
}

/* The next bytes, which stay where they are; NULL when there are not as many. */
static const void *get(struct unpacker *unpacker, size_t bytes) {
    const size_t padded = (bytes + WORD - 1) / WORD * WORD;
    if (unpacker->failed || (size_t)(unpacker->end - unpacker->at) < padded) {
        unpacker->failed = 1;
        return NULL;
    }
    const void *found = unpacker->at;
    unpacker->at += padded;
    return found;
}

static void get_into(struct unpacker *unpacker, void *to, size_t bytes) {
    const void *from = get(unpacker, bytes);
    if (from)
        memcpy(to, from, bytes);
}

static uint64_t bits(double value) {
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    return word;
}

/* A row in which most entries have the same bits: those that differ, and where they are. */
static void put_sparse(struct packer *packer, const double *row, size_t n, double usual) {
    uint64_t where[BITMAP] = {0}, others = 0;
    unsigned char *const head = packer->at;
    packer->at += WORD + sizeof where;
    for (size_t p = 0; p < n; p++)
        if (bits(row[p]) != bits(usual)) {
            where[p / 64] |= UINT64_C(1) << p % 64;
            memcpy(packer->at, &row[p], sizeof row[p]);
            packer->at += WORD;
            others++;
        }
    memcpy(head, &others, sizeof others);
    if (others > 0)
        memcpy(head + WORD, where, sizeof where);
    else
        packer->at = head + WORD;
}

/* Into every `stride`-th number of `row`. */
static void get_sparse(struct unpacker *unpacker, double *row, size_t stride, size_t n, double usual) {
    uint64_t where[BITMAP] = {0}, others = 0;
    get_into(unpacker, &others, sizeof others);
    if (others > 0)
        get_into(unpacker, where, sizeof where);
    for (size_t p = 0; p < n && !unpacker->failed; p++) {
        row[p * stride] = usual;
        if (where[p / 64] >> p % 64 & 1)
            get_into(unpacker, &row[p * stride], sizeof *row);
    }
}

static size_t samples_of(const struct tally *tally, uint64_t first_path, size_t n) {
    if (!tally->shape.trajectories || first_path >= tally->n_samples)
        return 0;
    const size_t room = tally->n_samples - (size_t)first_path;
    return n < room ? n : room;
}

static void put_counts(struct packer *packer, const struct tally_counts *counts) {
    uint16_t few[4] = {0};
    for (size_t i = 0; i < counts->n; i++) {
        few[i % 4] = (uint16_t)counts->all[i];
        if (i % 4 == 3 || i + 1 == counts->n)
            put(packer, few, sizeof few);
    }
}

static void get_counts(struct unpacker *unpacker, struct tally_counts *counts) {
    uint16_t few[4] = {0};
    for (size_t i = 0; i < counts->n; i++) {
        if (i % 4 == 0)
            get_into(unpacker, few, sizeof few);
        counts->all[i] = few[i % 4];
    }
}

/* Sums of a batch and mode, and their bytes. */
static size_t failure_width(const struct tally *tally) {
    return tally->shape.n_positions * TALLY_FAILURES;
}

static size_t failure_size(const struct tally *tally) {
    return failure_width(tally) * sizeof(struct sum);
}

static void put_mode(struct packer *packer, const struct tally *tally, const struct tally_part *part, size_t m,
                     const struct outcome *outcome) {
    const struct tally_mode *mode = &tally->mode[m];
    put_counts(packer, &part->counts[m]);
    for (int i = 0; i < TALLY_MEANS; i++)
        put(packer, &mode->mean[i][part->first_path / BATCH], sizeof *mode->mean[i]);
    if (mode->failure)
        put(packer, mode->failure + part->first_path / BATCH * failure_width(tally), failure_size(tally));
    put(packer, outcome->column[OUTCOME_loss], part->n * sizeof(double));
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (mode->column[i])
            put_sparse(packer, outcome->column[i], part->n, 0.0);
    for (size_t i = 0; mode->liquidation_time && i < tally->shape.n_positions; i++)
        put_sparse(packer, outcome->liquidation_time + i * BATCH, part->n, NAN);
    const size_t n = samples_of(tally, part->first_path, part->n) * sizeof(double);
    for (size_t t = 0; n > 0 && t < tally->shape.n_times; t++) {
        put(packer, outcome->equity_at + t * BATCH, n);
        put(packer, outcome->margin_level_at + t * BATCH, n);
    }
}

static void get_mode(struct unpacker *unpacker, const struct tally *tally, struct tally_part *part, size_t m) {
    struct tally_mode *mode = &tally->mode[m];
    const size_t first = (size_t)part->first_path, n_positions = tally->shape.n_positions;
    get_counts(unpacker, &part->counts[m]);
    for (int i = 0; i < TALLY_MEANS; i++)
        get_into(unpacker, &mode->mean[i][first / BATCH], sizeof *mode->mean[i]);
    if (mode->failure)
        get_into(unpacker, mode->failure + first / BATCH * failure_width(tally), failure_size(tally));
    get_into(unpacker, mode->loss + first, part->n * sizeof(double));
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (mode->column[i])
            get_sparse(unpacker, mode->column[i] + first, 1, part->n, 0.0);
    for (size_t i = 0; mode->liquidation_time && i < n_positions; i++)
        get_sparse(unpacker, mode->liquidation_time + first * n_positions + i, n_positions, part->n, NAN);
    const size_t n = samples_of(tally, first, part->n) * sizeof(double);
    for (size_t t = 0; n > 0 && t < tally->shape.n_times; t++) {
        get_into(unpacker, mode->equity + t * tally->n_samples + first, n);
        get_into(unpacker, mode->margin_level + t * tally->n_samples + first, n);
    }
}

/* Words of a packed record: number in the batch, losses, record. */
static size_t record_words(const struct tally *tally) {
    return 1 + tally->shape.n_modes + tally->tail.width;
}

/* The paths that may be among the worst. */
static void put_records(struct packer *packer, const struct tally *tally, const struct tally_part *part,
                        const struct outcome *outcome) {
    for (uint64_t p = 0; p < part->n; p++)
        if (part->candidate[p]) {
            put(packer, &p, sizeof p);
            for (size_t m = 0; m < tally->shape.n_modes; m++)
                put(packer, &outcome[m].column[OUTCOME_loss][p], sizeof(double));
            tally_record(tally, outcome, p, (double *)(void *)packer->at);
            packer->at += tally->tail.width * sizeof(double);
        }
}

size_t tally_pack_size(const struct tally *tally) {
    const struct tally_shape *shape = &tally->shape;
    const size_t sparse = 1 + BITMAP + BATCH, columns = OUTCOME_COUNT + shape->n_positions;
    size_t a_mode = tally->mode[0].counts.n + 2 * TALLY_MEANS + BATCH;
    a_mode += shape->keep == TALLY_KEEP_ALL ? columns * sparse : 0;
    a_mode += shape->by_position ? 2 * failure_width(tally) : 0;
    a_mode += shape->trajectories ? 2 * shape->n_times * BATCH : 0;
    const size_t records = shape->keep == TALLY_KEEP_TAIL ? BATCH * record_words(tally) : 0;
    return WORD * (4 + shape->n_modes * a_mode + records);
}

size_t tally_pack(const struct tally *tally, const struct tally_part *part, const struct outcome *outcome,
                  void *bytes) {
    struct packer packer = {bytes};
    uint64_t head[4] = {part->first_path, part->n, part->not_finite, 0};
    assert(part->first_path % BATCH == 0);
    for (size_t p = 0; tally->shape.keep == TALLY_KEEP_TAIL && p < part->n; p++)
        head[3] += part->candidate[p];
    put(&packer, head, sizeof head);
    for (size_t m = 0; m < tally->shape.n_modes; m++)
        put_mode(&packer, tally, part, m, &outcome[m]);
    if (head[3] > 0)
        put_records(&packer, tally, part, outcome);
    return (size_t)(packer.at - (unsigned char *)bytes);
}

/* Records with numbers of paths of the batch, ascending, up to the last byte. */
static int records_fit(const struct tally *tally, const struct tally_part *part, const struct unpacker *unpacker) {
    const size_t size = record_words(tally) * WORD;
    uint64_t path = 0, least = 0;
    if (tally->shape.keep != TALLY_KEEP_TAIL)
        return part->n_records == 0 && unpacker->at == unpacker->end;
    if (part->n_records > part->n || (size_t)(unpacker->end - unpacker->at) != part->n_records * size)
        return 0;
    for (size_t i = 0; i < part->n_records; i++, least = path + 1) {
        memcpy(&path, unpacker->at + i * size, sizeof path);
        if (path < least || path >= part->n)
            return 0;
    }
    return 1;
}

enum riskpool_status tally_unpack(struct tally *tally, struct tally_part *part, uint64_t first_path, size_t n,
                                  const void *bytes, size_t size) {
    struct unpacker unpacker = {bytes, (const unsigned char *)bytes + size, 0};
    uint64_t head[4] = {0};
    assert(first_path % BATCH == 0 && n <= BATCH && first_path + n <= tally->capacity);
    get_into(&unpacker, head, sizeof head);
    if (unpacker.failed || head[0] != first_path || head[1] != n || head[2] > n * tally->shape.n_modes)
        return RISKPOOL_INVALID;
    part->first_path = first_path;
    part->n = n;
    part->not_finite = head[2];
    for (size_t m = 0; m < tally->shape.n_modes; m++)
        get_mode(&unpacker, tally, part, m);
    part->n_records = (size_t)head[3];
    part->records = unpacker.at;
    if (!unpacker.failed && records_fit(tally, part, &unpacker))
        return RISKPOOL_OK;
    for (size_t m = 0; m < tally->shape.n_modes; m++) { /* sums start from nothing, whoever adds next */
        const struct tally_mode *mode = &tally->mode[m];
        for (int i = 0; i < TALLY_MEANS; i++)
            mode->mean[i][first_path / BATCH] = (struct sum){0};
        if (mode->failure)
            memset(mode->failure + first_path / BATCH * failure_width(tally), 0, failure_size(tally));
    }
    return RISKPOOL_INVALID;
}

static void add_records(struct tally *tally, const struct tally_part *part) {
    const size_t losses = tally->shape.n_modes * sizeof(double);
    const unsigned char *at = part->records;
    tail_make_room(&tally->tail, part->n);
    for (size_t i = 0; i < part->n_records; i++, at += record_words(tally) * WORD) {
        uint64_t path;
        memcpy(&path, at, sizeof path);
        memcpy(tally->losses, at + WORD, losses);
        double *record = tail_record(&tally->tail, part->first_path + path, tally->losses);
        if (record)
            memcpy(record, at + WORD + losses, tally->tail.width * sizeof *record);
    }
}

void tally_add_packed(struct tally *tally, const struct tally_part *part) {
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        add_records(tally, part);
    tally_add_counts(tally, part);
}
