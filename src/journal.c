/* A growing list of events. */
#include "journal.h"

#include <stdlib.h>

void journal_add(struct journal *journal, const struct event *event) {
    if (journal->n == journal->room) {
        const size_t room = journal->room > 0 ? 2 * journal->room : 64;
        struct event *more = realloc(journal->event, room * sizeof *more);
        journal->failed |= more == NULL;
        if (!more)
            return;
        journal->event = more;
        journal->room = room;
    }
    journal->event[journal->n] = *event;
    journal->event[journal->n].number = journal->n;
    journal->n++;
}

void journal_free(struct journal *journal) {
    free(journal->event);
    *journal = (struct journal){0};
}
