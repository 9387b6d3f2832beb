/* Dates and times as tables of prices write them, in seconds since 1970-01-01 UTC. */
#ifndef INSTANT_H
#define INSTANT_H

enum { INSTANT_SIZE = 40 }; /* bytes that instant_format needs */

struct instant {
    double seconds;
    int is_day; /* 1: a date alone, the midnight (UTC) it starts with */
};

/* ISO 8601 dates (2023-01-31, 20230131) and date-times (with T or a space, minutes, seconds and fractions; Z or an
 * offset from UTC, else UTC), or Unix time in seconds, milliseconds, microseconds or nanoseconds, told apart by their
 * size (years 1973 to 2286). NULL, or why the text is none (a sentence without subject: "is not a date or a time"). */
const char *instant_parse(const char *text, struct instant *instant);

/* "2023-01-31", with " 12:30" or " 12:30:15" behind it when it is not midnight. */
void instant_format(double seconds, char text[INSTANT_SIZE]);

/* 0 is Monday. */
int instant_weekday(double seconds);

#endif
