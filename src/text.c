/* The growing text: bytes, printf formats and a filter for what comes from files. It knows nothing of their meaning. */
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int text_reserve(struct text *text, size_t more) {
    if (text->failed || more > SIZE_MAX / 4 - text->length) {
        text->failed = 1;
        return 0;
    }
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity)
        return 1;
    size_t capacity = needed < 128 ? 256 : 2 * needed;
    char *bytes = realloc(text->bytes, capacity);
    if (!bytes) {
        text->failed = 1;
        return 0;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return 1;
}

void text_add_bytes(struct text *text, const char *bytes, size_t n) {
    if (!text_reserve(text, n))
        return;
    memcpy(text->bytes + text->length, bytes, n);
    text->length += n;
    text->bytes[text->length] = '\0';
}

void text_add_list(struct text *text, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    if (n < 0) {
        text->failed = 1;
    } else if (text_reserve(text, (size_t)n)) {
        vsnprintf(text->bytes + text->length, (size_t)n + 1, format, again);
        text->length += (size_t)n;
    }
    va_end(again);
}

void text_add(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text_add_list(text, format, arguments);
    va_end(arguments);
}

/* Length of the UTF-8 sequence at `s`, 0 when it is broken or a control character. */
static size_t printable_length(const unsigned char *s, size_t n) {
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f;
    size_t length = s[0] >= 0xc2 && s[0] < 0xe0   ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;
    if (length == 0 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : length;
}

void text_add_printable(struct text *text, const char *bytes, size_t n, int newlines) {
    for (size_t i = 0; i < n;) {
        size_t length = printable_length((const unsigned char *)bytes + i, n - i);
        if (length > 0)
            text_add_bytes(text, bytes + i, length);
        else if (bytes[i] == '\n' && newlines)
            text_add_bytes(text, "\n", 1);
        else
            text_add_bytes(text, bytes[i] == '\t' ? " " : "?", 1);
        i += length > 0 ? length : 1;
    }
}

char *text_take(struct text *text) {
    text_add_bytes(text, "", 0);
    char *bytes = text->bytes;
    if (text->failed) {
        free(bytes);
        bytes = NULL;
    }
    *text = (struct text){0};
    return bytes;
}

void text_free(struct text *text) {
    free(text->bytes);
    *text = (struct text){0};
}

char *text_copy(const char *bytes, size_t n) {
    char *copy = malloc(n + 1);
    if (copy) {
        memcpy(copy, bytes, n);
        copy[n] = '\0';
    }
    return copy;
}
