/* A text that grows. Additions after a failed allocation do nothing, so a writer checks once, at the end. */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
    char *bytes; /* NULL or zero-terminated */
    size_t length, capacity;
    int failed;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(struct text *text, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
void text_add_bytes(struct text *text, const char *bytes, size_t n);
/* Adds `bytes` with everything that is not printable UTF-8 shown as '?'; newlines are kept when `newlines`. */
void text_add_printable(struct text *text, const char *bytes, size_t n, int newlines);
/* Hands the bytes over ("" when empty; NULL when an allocation failed) and empties the text. */
char *text_take(struct text *text);
void text_free(struct text *text);
/* A copy of `bytes`, zero-terminated; NULL when out of memory. */
char *text_copy(const char *bytes, size_t n);

#endif
