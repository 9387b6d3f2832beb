/* A batch file as written. Inside night only. */
#ifndef NIGHT_KEYS_H
#define NIGHT_KEYS_H

#include "night.h"

/* Runs of one file, and entries of one of its lists. */
enum { NIGHT_MOST = 10000, NIGHT_LIST_MOST = 1000 };

struct night_keys {
    const struct node *node;
    char *name, *output;
    struct text_list books, stresses, venues;
    const struct node *modes, *set;
    uint64_t paths, seed;
};

#endif
