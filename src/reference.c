/* Prints the tables of the scenario file as a template and as a reference. It knows no key by name. */
#include "reference.h"

#include <string.h>

#include "night.h"
#include "scenario_keys.h"

enum { WIDTH = 112 };

/* Words of `sentence` in lines that start with `prefix` at the given indentation. */
static void add_wrapped(struct text *out, int indent, const char *prefix, const char *sentence) {
    size_t start = (size_t)indent + strlen(prefix), column = start;
    text_add(out, "%*s%s", indent, "", prefix);
    for (const char *s = sentence; *s;) {
        size_t n = strcspn(s, " ");
        if (column > start && column + 1 + n > WIDTH) {
            text_add(out, "\n%*s%s", indent, "", prefix);
            column = start;
        }
        text_add(out, "%s%.*s", column > start ? " " : "", (int)n, s);
        column += n + (column > start);
        s += n + (s[n] == ' ');
    }
    text_add(out, "\n");
}

static int is_list(const struct field *field) {
    return field->type == FIELD_FRACTIONS || field->type == FIELD_PERCENTS || field->type == FIELD_MAPS;
}

/* "number above 0, account currency; default 1": everything but the sentence; empty when there is nothing to say. */
static void add_allowed(const struct field *field, struct text *out) {
    struct text kind = {0};
    field_describe(field, &kind);
    text_add(out, "%s", kind.length > 0 ? kind.bytes : "");
    if (field->unit)
        text_add(out, "%s%s", kind.length > 0 ? ", " : "", field->unit);
    if (field->rival)
        text_add(out, "; instead of '%s'", field->rival);
    if (field->required && !field->rival)
        text_add(out, "; required");
    else if (field->standard)
        text_add(out, is_list(field) ? "; default [%s]" : "; default %s", field->standard);
    out->failed |= kind.failed;
    text_free(&kind);
}

static void add_comment(const struct field *field, int indent, const char *prefix, struct text *out) {
    struct text line = {0}, allowed = {0};
    add_allowed(field, &allowed);
    text_add(&line, "%s", field->sentence ? field->sentence : field->name);
    if (allowed.length > 0)
        text_add(&line, " [%s]", allowed.bytes);
    add_wrapped(out, indent, prefix, line.bytes ? line.bytes : "");
    for (const struct choice *choice = field->choices; choice && choice->name; choice++) {
        struct text entry = {0};
        if (!choice->later) {
            text_add(&entry, "  %s: %s", choice->name, choice->sentence);
            add_wrapped(out, indent, prefix, entry.bytes ? entry.bytes : "");
        }
        out->failed |= entry.failed;
        text_free(&entry);
    }
    out->failed |= line.failed | allowed.failed;
    text_free(&line);
    text_free(&allowed);
}

/* The lines of an example, each at the indentation. */
static void add_lines(const char *lines, int indent, const char *prefix, struct text *out) {
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        text_add(out, "%*s%s%.*s\n", indent, "", prefix, (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

static void add_template(const struct field *fields, int indent, struct text *out);

static void add_value(const struct field *field, int indent, struct text *out) {
    const char *prefix = field->alternative ? "# " : "";
    text_add(out, "%*s%s%s:", indent, "", prefix, field->name);
    if (field->type == FIELD_MAP && !field->alternative) {
        text_add(out, "\n");
        add_template(field->fields, indent + 2, out);
    } else if (field->type == FIELD_MAPS && !field->alternative) {
        text_add(out, "\n%*s-\n", indent + 2, "");
        add_template(field->fields, indent + 4, out);
        add_lines(field->example ? field->example : "", indent + 2, "", out);
    } else if (field->example && field->example[0] == '\n') {
        text_add(out, "\n");
        add_lines(field->example + 1, indent + 2, prefix, out);
    } else if (field->example) {
        text_add(out, " %s\n", field->example);
    } else {
        text_add(out, is_list(field) ? " [%s]\n" : " %s\n", field->standard ? field->standard : "");
    }
}

static void add_template(const struct field *fields, int indent, struct text *out) {
    for (const struct field *field = fields; field->name; field++) {
        text_add(out, "%s", indent == 0 && field != fields ? "\n" : "");
        add_comment(field, indent, "# ", out);
        add_value(field, indent, out);
    }
}

char *reference_template(void) {
    struct text out = {0};
    text_add(&out,
             "# A scenario of riskpool with every key. Only the keys called required must be there; the others are\n"
             "# shown with their default or an example. Lines that start with '# ' and a key are alternatives.\n"
             "# Fractions may be written 0.44 or 44%%; durations in s, min, h, d, y (365 d).\n\n");
    add_template(scenario_fields, 0, &out);
    return text_take(&out);
}

static void add_reference(const struct field *fields, const char *path, struct text *out) {
    for (const struct field *field = fields; field->name; field++) {
        struct text name = {0};
        text_add(&name, "%s%s", path, field->name);
        text_add(out, "%s\n", name.bytes ? name.bytes : "");
        add_comment(field, 4, "", out);
        text_add(&name, field->type == FIELD_MAPS ? "[]." : ".");
        if (field->fields)
            add_reference(field->fields, name.bytes ? name.bytes : "", out);
        out->failed |= name.failed;
        text_free(&name);
    }
}

char *reference_batch(void) {
    struct text out = {0};
    text_add(&out, "The batch file is YAML. Every key, with what it takes:\n\n");
    add_reference(night_fields, "", &out);
    return text_take(&out);
}

char *reference_text(void) {
    struct text out = {0};
    text_add(
        &out,
        "The scenario file is YAML. Every key, with what it takes; [] stands for an item of a list.\n\n"
        "Numbers are plain decimals: 100000, 1e5. Fractions: 0.44 or 44%%. Durations: 30 min, 1 h, 7 d, 1 y (365 d).\n"
        "Rates and volatilities are per year. Files are relative to the scenario.\n\n");
    add_reference(scenario_fields, "", &out);
    text_add(&out, "\nAn entry of 'modes' that is a map:\n\n");
    add_reference(mode_fields, "modes[].", &out);
    text_add(&out, "\nA tier:\n\n");
    add_reference(tier_fields, "liquidation.tiers[].", &out);
    text_add(&out, "\nThe file of a venue:\n\n");
    add_reference(venue_file_fields, "", &out);
    text_add(&out, "\nA matrix in a file:\n\n");
    add_reference(matrix_fields, "market.correlation.", &out);
    text_add(&out, "\nA table of prices:\n\n");
    add_reference(prices_fields, "market.prices.", &out);
    return text_take(&out);
}
