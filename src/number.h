/* Numbers as people write them in scenarios: plain decimals, percentages, whole numbers, durations; and back. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum { NUMBER_SIZE = 40 }; /* bytes that the formats below need */

/* Each returns NULL and sets *value, or returns why the text is none (a sentence without subject: "is not a number").
 * They expect the C locale. */

/* 100000, -1.5, .5, 1e5. */
const char *number_parse(const char *text, double *value);
/* A number, or a percentage: 44% is 0.44 (correctly rounded). */
const char *fraction_parse(const char *text, double *value);
/* The same, as percent: 150% and 1.5 are 150. */
const char *percent_parse(const char *text, double *value);
/* 0 .. 2^64 - 1; may be written 1e6. */
const char *whole_parse(const char *text, uint64_t *value);
/* A number >= 0 and a unit (s, min, h, d, y = 365 d), with or without a space; seconds. 0 needs no unit. */
const char *duration_parse(const char *text, double *seconds);

/* The shortest decimal that reads back as `value`. */
void number_format(double value, char text[NUMBER_SIZE]);
/* In the largest unit of d, h, min, s that makes it whole. */
void duration_format(double seconds, char text[NUMBER_SIZE]);
/* `fraction` as percent: "99.9%". */
void percent_format(double fraction, char text[NUMBER_SIZE]);

#endif
