/* Preloaded into the program: the allocation of number FAIL_AT (from 1) that the program itself asks for fails; what
 * its libraries ask for does not count. The number of allocations goes to the file FAIL_COUNT at the end. */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_long count;

/* Is the caller in the program itself, and its turn to fail? */
static int fails(void *caller) {
    Dl_info found;
    if (!dladdr(caller, &found) || !found.dli_fname || strstr(found.dli_fname, ".so"))
        return 0;
    const char *number = getenv("FAIL_AT");
    if (atomic_fetch_add(&count, 1) + 1 != (number ? atol(number) : 0))
        return 0;
    errno = ENOMEM;
    return 1;
}

/* The next definition of a function, in the C library. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void *malloc(size_t size) {
    static void *(*real)(size_t);
    if (!real)
        real = REAL(malloc);
    return fails(__builtin_return_address(0)) ? NULL : real(size);
}

void *realloc(void *old, size_t size) {
    static void *(*real)(void *, size_t);
    if (!real)
        real = REAL(realloc);
    return fails(__builtin_return_address(0)) ? NULL : real(old, size);
}

/* dlsym itself asks for zeroed memory before it can answer. */
void *calloc(size_t n, size_t size) {
    static char early[4096];
    static size_t used;
    static int asking;
    static void *(*real)(size_t, size_t);
    if (asking) {
        void *memory = early + used;
        used += (n * size + 15) / 16 * 16;
        return used <= sizeof early ? memory : NULL;
    }
    if (!real) {
        asking = 1;
        real = REAL(calloc);
        asking = 0;
    }
    return fails(__builtin_return_address(0)) ? NULL : real(n, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return fails(__builtin_return_address(0)) ? NULL : REAL(aligned_alloc)(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    return fails(__builtin_return_address(0)) ? ENOMEM : REAL(posix_memalign)(memory, alignment, size);
}

char *strdup(const char *text) {
    return fails(__builtin_return_address(0)) ? NULL : REAL(strdup)(text);
}

char *strndup(const char *text, size_t n) {
    return fails(__builtin_return_address(0)) ? NULL : REAL(strndup)(text, n);
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("FAIL_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld\n", atomic_load(&count));
    fclose(file);
}
