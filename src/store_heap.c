/* Walk through the global heap collections of an HDF5 file (File Format Specification 3.0, section III.E): a signature,
 * a size, and objects that must lie inside it. It knows nothing else of the format. */
#include "store_heap.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNATURE = 8, HEADER = 16 }; /* bytes: signature with version; header of a collection, and of an object */

static uint64_t little_endian(const unsigned char *bytes, int n) {
    uint64_t value = 0;
    while (n-- > 0)
        value = value << 8 | bytes[n];
    return value;
}

/* A collection with `left` bytes of the file from its first one on. */
static int is_sound(const unsigned char *heap, uint64_t left) {
    const uint64_t size = left >= HEADER ? little_endian(heap + SIGNATURE, 8) : 0;
    if (size < HEADER || size > left)
        return 0;
    uint64_t at = HEADER;
    while (size - at >= HEADER) {
        const uint64_t index = little_endian(heap + at, 2), length = little_endian(heap + at + 8, 8);
        if (index == 0) /* what is left; its length counts its header */
            return length <= size - at;
        if (length > size - at - HEADER)
            return 0;
        const uint64_t padded = (length + 7) / 8 * 8;
        if (padded > size - at - HEADER)
            return 0;
        at += HEADER + padded;
    }
    return 1;
}

static int all_sound(const unsigned char *file, uint64_t size) {
    static const unsigned char signature[SIGNATURE] = {'G', 'C', 'O', 'L', 1, 0, 0, 0};
    const unsigned char *at = file, *end = file + size;
    while ((at = memmem(at, (size_t)(end - at), signature, SIGNATURE))) {
        if (!is_sound(at, (uint64_t)(end - at)))
            return 0;
        at += SIGNATURE;
    }
    return 1;
}

int store_heaps_are_sound(const char *path) {
    struct stat status;
    int sound = 1;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 1;
    if (fstat(file, &status) == 0 && status.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes != MAP_FAILED) {
            sound = all_sound(bytes, (uint64_t)status.st_size);
            munmap(bytes, (size_t)status.st_size);
        }
    }
    close(file);
    return sound;
}
