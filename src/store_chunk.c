/* HDF5's filters by our own hand: shuffle, deflate, fletcher32, several chunks at once, for its pipeline knows one
 * thread. The bytes are those of the pipeline (HDF5 File Format Specification 3.0, IV.A.2.l; H5Zshuffle.c,
 * H5Zdeflate.c, H5Zfletcher32.c), for any number of threads. It knows arrays, not what they hold. */
#include "store_chunk.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    LEVEL = 1,
    AT_ONCE = 4 /* chunks a thread, between two looks at the file */,
    CHECKSUM_SIZE = 4,
    SUMS_FIT = 360 /* 16-bit words that can be summed before 32 bits overflow */
};

struct array {
    const unsigned char *values;
    size_t n, chunk; /* values in all, in a chunk */
    size_t size;     /* bytes of a value */
};

/* One chunk on its way into the file. */
struct packing {
    unsigned char *shuffled, *packed;
    size_t n_packed; /* 0: failed */
};

/* First bytes of all values, then second bytes ...; zeros where the last chunk hangs over the end. */
static void shuffle(const struct array *array, size_t first, unsigned char *to) {
    const size_t left = array->n - first, n = left < array->chunk ? left : array->chunk;
    const unsigned char *from = array->values + first * array->size;
    for (size_t b = 0; b < array->size; b++, to += array->chunk) {
        for (size_t i = 0; i < n; i++)
            to[i] = from[i * array->size + b];
        memset(to + n, 0, array->chunk - n);
    }
}

static uint32_t fold(uint32_t sum) {
    return (sum & 0xffff) + (sum >> 16);
}

/* Fletcher's checksum of big-endian 16-bit words (RFC 1146 in 32 bits). */
static uint32_t fletcher32(const unsigned char *bytes, size_t n) {
    uint32_t sum = 0, sum_of_sums = 0;
    for (size_t i = 0; i < n; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < n ? bytes[i + 1] : 0u);
        sum_of_sums += sum;
        if (i / 2 % SUMS_FIT == SUMS_FIT - 1) {
            sum = fold(sum);
            sum_of_sums = fold(sum_of_sums);
        }
    }
    for (int i = 0; i < 2; i++) {
        sum = fold(sum);
        sum_of_sums = fold(sum_of_sums);
    }
    return sum_of_sums << 16 | sum;
}

static void pack(const struct array *array, size_t first, struct packing *to) {
    const uLong bytes = (uLong)(array->chunk * array->size);
    uLongf n = compressBound(bytes);
    shuffle(array, first, to->shuffled);
    to->n_packed = 0;
    if (compress2(to->packed, &n, to->shuffled, bytes, LEVEL) != Z_OK)
        return;
    const uint32_t sum = fletcher32(to->packed, n);
    for (int i = 0; i < CHECKSUM_SIZE; i++)
        to->packed[n + (size_t)i] = (unsigned char)(sum >> 8 * i);
    to->n_packed = n + CHECKSUM_SIZE;
}

static int packing_init(struct packing *packing, size_t bytes) {
    packing->shuffled = malloc(bytes);
    packing->packed = malloc(compressBound((uLong)bytes) + CHECKSUM_SIZE);
    return packing->shuffled && packing->packed;
}

/* As many chunks at a time as there are packings; HDF5 itself is for one thread. */
static herr_t write_in_turns(hid_t dataset, const struct array *array, size_t row, struct packing *packing, size_t n,
                             size_t n_threads, const struct depot *depot) {
    const size_t n_chunks = (array->n + array->chunk - 1) / array->chunk;
    for (size_t done = 0; done < n_chunks; done += n) {
        const size_t now = n_chunks - done < n ? n_chunks - done : n;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)n_threads)
        for (size_t i = 0; i < now; i++)
            pack(array, (done + i) * array->chunk, &packing[i]);
        for (size_t i = 0; i < now; i++) {
            const hsize_t offset[2] = {(done + i) * array->chunk / row, 0};
            if (packing[i].n_packed == 0 ||
                H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset, packing[i].n_packed, packing[i].packed) < 0)
                return -1;
        }
        if (depot)
            depot_rest(depot);
    }
    return 0;
}

herr_t store_write_chunks(hid_t dataset, struct store_shape shape, struct store_shape chunk, const void *values,
                          size_t value_size, size_t n_threads, const struct depot *depot) {
    const size_t row = shape.rank == 2 ? (size_t)shape.length[1] : 1;
    const struct array array = {values, (size_t)shape.length[0] * row, (size_t)chunk.length[0] * row, value_size};
    const size_t n_chunks = (array.n + array.chunk - 1) / array.chunk, room = AT_ONCE * n_threads;
    const size_t n = room < n_chunks ? room : n_chunks;
    struct packing *packing = calloc(n, sizeof *packing);
    int ok = packing != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = packing_init(&packing[i], array.chunk * value_size);
    const herr_t result =
        ok ? write_in_turns(dataset, &array, row, packing, n, n_threads < n ? n_threads : n, depot) : -1;
    for (size_t i = 0; packing && i < n; i++) {
        free(packing[i].shuffled);
        free(packing[i].packed);
    }
    free(packing);
    return result;
}
