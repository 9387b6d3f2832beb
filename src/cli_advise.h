/* How an advice is told: as tables and sentences, and as JSON. */
#ifndef CLI_ADVISE_H
#define CLI_ADVISE_H

#include <jansson.h>

#include "advise.h"

/* Bytes that the words for a choice may take, longer ones are cut. */
enum { CHOICE_WORDS = 400 };

/* "sol, doge alone, the others pooled; margins x 2". */
void choice_words(const struct book *book, const struct choice *choice, char words[CHOICE_WORDS]);
/* As an entry of `modes` in a scenario; NULL when out of memory. */
json_t *choice_mode(const struct book *book, const struct choice *choice);
enum { FIGURE_SIZE = 80 };
/* "1234 ± 12": half of the 95 % interval decides the digits; frequencies in percent, without the sign. */
void figure_words(const struct figure *figure, enum advise_measure measure, char words[FIGURE_SIZE]);
/* 1 when a difference is no larger than 1.96 standard errors. */
int figure_is_noise(const struct figure *difference);
/* The verdict, a sentence a line, at most `size` bytes; 0 when out of memory. */
int advise_verdict(const struct advise_request *request, const struct advise_answer *answer, char *text, size_t size);
/* The objective, "expected shortfall 99%". */
void objective_words(const struct advise_request *request, char words[64]);

/* 0 when out of memory. */
int advise_print(const struct advise_request *request, const struct advise_answer *answer);
/* NULL when out of memory. */
json_t *advise_json(const struct advise_request *request, const struct advise_answer *answer);

#endif
