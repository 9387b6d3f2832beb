/* Edit distances between short names. */
#include "nearest.h"

#include <string.h>

enum { LONGEST = 64 };

static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t edit_distance(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b);
    size_t d[LONGEST + 1][LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return (size_t)2 * LONGEST;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        d[i][0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t change = d[i - 1][j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            d[i][j] = least(change, 1 + least(d[i - 1][j], d[i][j - 1]));
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[n][m];
}

void nearest_offer(struct nearest *nearest, const char *name) {
    size_t length = strlen(nearest->word);
    size_t allowed = length <= 1 ? 0 : length <= 4 ? 1 : 2;
    size_t distance = edit_distance(nearest->word, name);
    if (distance <= allowed && (!nearest->best || distance < nearest->distance)) {
        nearest->best = name;
        nearest->distance = distance;
    }
}
