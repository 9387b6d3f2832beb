/* Parsing and printing of single numbers. Only plain decimals pass: what other programs read as octal, hexadecimal,
 * infinite, or cut off at the first odd character is refused with its reason. */
#include "number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char not_a_number[] = "is not a number";

static size_t count_digits(const char *s) {
    return strspn(s, "0123456789");
}

/* Why `s` (without its sign) cannot be a decimal, when its start gives it away. */
static const char *foreign_notation(const char *s) {
    if (s[0] == '0' && strchr("xXoObB", s[1]) && s[1] != '\0')
        return "is not a decimal number; hexadecimal, octal and binary are not read";
    if (s[0] == '0' && s[1] >= '0' && s[1] <= '9')
        return "starts with a zero, which some programs read as octal; write it without";
    if (strncasecmp(s, ".inf", 4) == 0 || strncasecmp(s, "inf", 3) == 0 || strncasecmp(s, ".nan", 4) == 0 ||
        strncasecmp(s, "nan", 3) == 0)
        return "is not a finite number";
    return NULL;
}

/* Scans a decimal at the start of `text`: its length in bytes, the length of its mantissa, and its exponent. */
static const char *scan_decimal(const char *text, size_t *length, size_t *mantissa, long *exponent) {
    const char *s = text + (text[0] == '+' || text[0] == '-');
    const char *why = foreign_notation(s);
    if (why)
        return why;
    size_t whole = count_digits(s), fraction = 0;
    const char *end = s + whole;
    if (*end == '.') {
        fraction = count_digits(end + 1);
        end += 1 + fraction;
    }
    if (whole + fraction == 0)
        return not_a_number;
    *mantissa = (size_t)(end - text);
    *exponent = 0;
    if (*end == 'e' || *end == 'E') {
        const char *digits = end + 1 + (end[1] == '+' || end[1] == '-');
        size_t n = count_digits(digits);
        if (n == 0)
            return not_a_number;
        *exponent = n > 6 ? (end[1] == '-' ? -999999 : 999999) : strtol(end + 1, NULL, 10);
        end = digits + n;
    }
    *length = (size_t)(end - text);
    return NULL;
}

/* mantissa * 10^exponent, correctly rounded. */
static const char *decimal_value(const char *text, size_t mantissa, long exponent, double *value) {
    char buffer[512];
    if (mantissa > sizeof buffer - 16)
        return "has too many digits";
    snprintf(buffer, sizeof buffer, "%.*se%ld", (int)mantissa, text, exponent);
    double x = strtod(buffer, NULL);
    if (!isfinite(x))
        return "is too large";
    if (fabs(x) < 2.2250738585072014e-308 && strcspn(buffer, "123456789") < mantissa)
        return "is too close to zero";
    *value = x == 0 ? 0 : x;
    return NULL;
}

static const char *trailing(const char *rest) {
    return rest[0] == '_' || rest[0] == ',' ? "has separators between its digits; write it without"
                                            : "has something after the number";
}

/* A number, with a percent sign when `percent`; `shift` powers of ten are added where there is no sign. */
static const char *parse_scaled(const char *text, int percent, long with_sign, long without, double *value) {
    size_t length, mantissa;
    long exponent;
    const char *why = scan_decimal(text, &length, &mantissa, &exponent);
    if (why)
        return why;
    const char *rest = text + length;
    int sign = percent && rest[strspn(rest, " ")] == '%';
    if (sign)
        rest += strspn(rest, " ") + 1;
    if (*rest != '\0')
        return !percent && *rest == '%' ? "is a percentage; a plain number is due" : trailing(rest);
    return decimal_value(text, mantissa, exponent + (sign ? with_sign : without), value);
}

const char *number_parse(const char *text, double *value) {
    return parse_scaled(text, 0, 0, 0, value);
}

const char *fraction_parse(const char *text, double *value) {
    return parse_scaled(text, 1, -2, 0, value);
}

const char *percent_parse(const char *text, double *value) {
    return parse_scaled(text, 1, 0, 2, value);
}

const char *whole_parse(const char *text, uint64_t *value) {
    double x;
    const char *why = number_parse(text, &x);
    if (why)
        return why;
    if (x < 0)
        return "is negative";
    if (x != floor(x))
        return "is not a whole number";
    if (count_digits(text) == strlen(text)) {
        errno = 0;
        *value = strtoull(text, NULL, 10);
        return errno == ERANGE ? "is too large" : NULL;
    }
    if (x > 9007199254740992.0)
        return "is too large to be exact in this notation";
    *value = (uint64_t)x;
    return NULL;
}

static const struct {
    const char *name;
    double seconds;
} duration_units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}, {"y", 31536000}};

enum { N_PRINTED = 4, N_UNITS = sizeof duration_units / sizeof duration_units[0] };

const char *duration_parse(const char *text, double *seconds) {
    size_t length, mantissa;
    long exponent;
    double x = 0;
    const char *why = scan_decimal(text, &length, &mantissa, &exponent);
    if (!why)
        why = decimal_value(text, mantissa, exponent, &x);
    if (why)
        return why == not_a_number ? "is not a duration" : why;
    const char *unit = text + length + strspn(text + length, " ");
    if (x < 0)
        return "is negative";
    for (size_t i = 0; i < N_UNITS; i++) {
        if (strcmp(unit, duration_units[i].name) == 0) {
            *seconds = x * duration_units[i].seconds;
            return isfinite(*seconds) ? NULL : "is too large";
        }
    }
    *seconds = 0;
    return *unit != '\0' ? "has no unit of time that is known here" : x == 0 ? NULL : "has no unit of time";
}

void number_format(double value, char text[NUMBER_SIZE]) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

void duration_format(double seconds, char text[NUMBER_SIZE]) {
    for (size_t i = 0; i < N_PRINTED; i++) {
        double count = seconds / duration_units[i].seconds;
        if ((count == floor(count) && count * duration_units[i].seconds == seconds) || i + 1 == N_PRINTED) {
            number_format(count, text);
            strcat(text, " ");
            strcat(text, duration_units[i].name);
            return;
        }
    }
}

void percent_format(double fraction, char text[NUMBER_SIZE]) {
    for (int digits = 15; digits <= 17; digits++) {
        double back;
        snprintf(text, NUMBER_SIZE - 1, "%.*g", digits, 100 * fraction);
        strcat(text, "%");
        if (!fraction_parse(text, &back) && back == fraction)
            return;
    }
}
