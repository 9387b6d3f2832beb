/* The nearest of several names to a misspelt one. */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word;
    const char *best; /* the nearest name so far, NULL when none is near enough */
    size_t distance;
};

/* Considers `name`: at most 2 edits away from the word (1 for words of up to 4 letters); the first of equals stays. */
void nearest_offer(struct nearest *nearest, const char *name);
/* Edit distance with transpositions of neighbours (Damerau 1964; Levenshtein 1966; no substring edited twice),
 * letters compared without case. A large number when either is longer than 64 bytes. */
size_t edit_distance(const char *a, const char *b);

#endif
