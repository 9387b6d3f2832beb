/* Reads files whole, up to a limit, and finds their lines. It knows nothing of what they contain. */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const char *open_failure(int code) {
    switch (code) {
    case ENOENT:
        return "there is no such file";
    case EACCES:
        return "no permission to read it";
    case EISDIR:
        return "it is a folder";
    case ENOTDIR:
        return "a part of its path is not a folder";
    default:
        return "it cannot be read";
    }
}

/* Reads all of `file` into source->text; stops one byte past the limit. */
static enum riskpool_status read_all(FILE *file, struct source *source, const char **why) {
    struct text text = {0};
    char piece[65536];
    size_t n;
    while (text.length <= SOURCE_LIMIT && (n = fread(piece, 1, sizeof piece, file)) > 0)
        text_add_bytes(&text, piece, n);
    if (ferror(file)) {
        *why = open_failure(errno);
        text_free(&text);
        return RISKPOOL_INPUT_MISSING;
    }
    if (text.length > SOURCE_LIMIT) {
        *why = "it is larger than 8 MiB";
        text_free(&text);
        return RISKPOOL_INVALID;
    }
    source->size = text.length;
    source->text = text_take(&text);
    return source->text ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

enum riskpool_status source_read(struct source *source, const char *path, const char **why) {
    *source = (struct source){.name = text_copy(path, strlen(path))};
    if (!source->name)
        return RISKPOOL_NO_MEMORY;
    FILE *file = fopen(path, "rb");
    if (!file) {
        *why = open_failure(errno);
        return RISKPOOL_INPUT_MISSING;
    }
    enum riskpool_status status = read_all(file, source, why);
    fclose(file);
    return status;
}

void source_free(struct source *source) {
    free(source->name);
    free(source->text);
    *source = (struct source){0};
}

const char *source_line(const struct source *source, size_t line, size_t *n) {
    const char *at = source->text;
    const char *end = at ? at + source->size : NULL;
    for (size_t i = 1; at && i < line; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (!at || line == 0)
        return NULL;
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *n = (size_t)((stop ? stop : end) - at);
    if (*n > 0 && at[*n - 1] == '\r')
        --*n;
    return at;
}
