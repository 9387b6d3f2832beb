/* Calendar arithmetic in the proleptic Gregorian calendar, without leap seconds and without time zones. It knows
 * nothing of tables or prices. */
#include "instant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char no_instant[] = "is not a date or a time";
static const char no_such_day[] = "is a day that the calendar does not have";

enum { DAY = 86400 };

/* Days from 1970-01-01; March is the first month of the year, so that the leap day is its last. */
static long days_of(long year, long month, long day) {
    year -= month <= 2;
    long era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(long days, long *year, long *month, long *day) {
    days += 719468;
    long era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    long year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    long shifted = (5 * of_year + 2) / 153;
    *day = of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted + (shifted < 10 ? 3 : -9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* Exactly `width` digits at *s, which moves behind them; -1 when they are not there. */
static long digits(const char **s, size_t width) {
    if (strspn(*s, "0123456789") < width)
        return -1;
    long value = 0;
    for (size_t i = 0; i < width; i++)
        value = 10 * value + (*(*s)++ - '0');
    return value;
}

/* "2023-01-31" or "20230131". */
static const char *parse_date(const char **s, double *seconds) {
    long year = digits(s, 4);
    int dashes = **s == '-';
    *s += dashes;
    long month = digits(s, 2);
    if (year < 0 || month < 0 || (dashes && **s != '-'))
        return no_instant;
    *s += dashes;
    long day = digits(s, 2);
    if (day < 0 || strspn(*s, "0123456789") > 0)
        return no_instant;
    long back[3], days = days_of(year, month, day);
    date_of(days, &back[0], &back[1], &back[2]);
    if (month < 1 || month > 12 || back[1] != month || back[2] != day)
        return no_such_day;
    *seconds = (double)days * DAY;
    return NULL;
}

/* "Z", "+01:00", "+0100", "+01", or nothing. */
static const char *parse_offset(const char **s, double *seconds) {
    if (**s == 'Z' || **s == 'z') {
        ++*s;
    } else if (**s == '+' || **s == '-') {
        double sign = *(*s)++ == '+' ? 1 : -1;
        long hours = digits(s, 2), minutes = 0;
        *s += **s == ':';
        if (**s != '\0')
            minutes = digits(s, 2);
        if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
            return "has an offset from UTC that is none";
        *seconds -= sign * (double)(3600 * hours + 60 * minutes);
    }
    return NULL;
}

/* "12", "12:30", "12:30:15", "12:30:15.250". */
static const char *parse_clock(const char **s, double *seconds) {
    long hour = digits(s, 2), minute = 0, second = 0;
    double fraction = 0;
    int colons = hour >= 0 && **s == ':';
    if (colons) {
        ++*s;
        minute = digits(s, 2);
    }
    if (hour >= 0 && minute >= 0 && colons && **s == ':') {
        ++*s;
        second = digits(s, 2);
        size_t n = **s == '.' ? strspn(*s + 1, "0123456789") : 0;
        fraction = n > 0 ? strtod(*s, NULL) : 0;
        *s += n > 0 ? n + 1 : 0;
    }
    if (hour < 0 || minute < 0 || second < 0)
        return no_instant;
    if (hour > 23 || minute > 59 || second > 59)
        return "is a time that the clock does not have";
    *seconds += (double)(3600 * hour + 60 * minute + second) + fraction;
    return NULL;
}

static const char *parse_iso(const char *text, struct instant *instant) {
    const char *s = text;
    const char *why = parse_date(&s, &instant->seconds);
    instant->is_day = !why && *s == '\0';
    if (why || instant->is_day)
        return why;
    if (*s != 'T' && *s != 't' && *s != ' ')
        return no_instant;
    s++;
    why = parse_clock(&s, &instant->seconds);
    if (!why)
        why = parse_offset(&s, &instant->seconds);
    return why ? why : *s != '\0' ? "has something after the time" : NULL;
}

/* Seconds from 1e8 (1973) to 1e10 (2286), or thousands, millions, milliards of them. */
static const char *parse_unix(const char *text, struct instant *instant) {
    double value = strtod(text, NULL);
    while (value >= 1e11)
        value /= 1000;
    if (value < 1e8 || value >= 1e10)
        return no_instant;
    *instant = (struct instant){.seconds = value};
    return NULL;
}

const char *instant_parse(const char *text, struct instant *instant) {
    size_t n = strspn(text, "0123456789");
    size_t fraction = text[n] == '.' ? 1 + strspn(text + n + 1, "0123456789") : 0;
    int is_number = n > 0 && text[n + fraction] == '\0';
    *instant = (struct instant){0};
    return is_number && n != 8 && n < 20 ? parse_unix(text, instant) : parse_iso(text, instant);
}

void instant_format(double seconds, char text[INSTANT_SIZE]) {
    double midnight = floor(seconds / DAY);
    long year, month, day, clock = lround(seconds - midnight * DAY);
    date_of((long)midnight, &year, &month, &day);
    int n = snprintf(text, INSTANT_SIZE, "%04ld-%02ld-%02ld", year, month, day);
    if (clock % 60 != 0)
        snprintf(text + n, INSTANT_SIZE - (size_t)n, " %02ld:%02ld:%02ld", clock / 3600, clock / 60 % 60, clock % 60);
    else if (clock != 0)
        snprintf(text + n, INSTANT_SIZE - (size_t)n, " %02ld:%02ld", clock / 3600, clock / 60 % 60);
}

int instant_weekday(double seconds) {
    long days = (long)floor(seconds / DAY); /* 1970-01-01 was a Thursday */
    return (int)(((days + 3) % 7 + 7) % 7);
}
