/* HDF5 in a few verbs. A failure is remembered in the store with HDF5's innermost reason, and every verb after it does
 * nothing: the caller checks once, at the end. Objects are HDF5 identifiers; -1 is none. Inside store only. */
#ifndef STORE_NODE_H
#define STORE_NODE_H

#include <hdf5.h>
#include <stddef.h>
#include <stdint.h>

#include "depot.h"

struct store {
    hid_t file;
    size_t n_threads;           /* that compress; 1 until told */
    const struct depot *values; /* that long arrays lie in; NULL: none */
    struct depot image;         /* the file in memory, or in a file of its own */
    uint64_t image_size, in_memory;
    char *error;       /* the first failure; NULL: none */
    H5E_auto2_t print; /* what HDF5 did with errors before */
    void *print_user;
};

enum { STORE_AXES = 4 };

/* Lengths along the axes; rank 0 is a scalar. */
struct store_shape {
    int rank;
    hsize_t length[STORE_AXES];
};

/* Silences HDF5 and keeps it from running code at exit. store_end closes the file and undoes the silence. */
void store_begin(struct store *store);
void store_end(struct store *store);
/* An empty file in memory, or, when it is longer than `in_memory` bytes, in the depot's files in `folder`; `name`
 * appears in messages only. */
void store_create_image(struct store *store, const char *name, const char *folder, uint64_t in_memory);
/* The bytes of this file, valid until store_end. */
const void *store_image(struct store *store, size_t *n);
void store_open(struct store *store, const char *path); /* to read */

/* Remembers a failure if it is the first: what was being done, to what, and why HDF5 could not. */
void store_fail(struct store *store, const char *doing, const char *name);
/* The same for what HDF5 has no opinion about. */
void store_refuse(struct store *store, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Closes an object; -1 is fine. Also after a failure. */
void store_close(struct store *store, hid_t object);

/* Whether `parent` holds something called `name`. */
int store_has(struct store *store, hid_t parent, const char *name);
hid_t store_open_object(struct store *store, hid_t parent, const char *name);
/* Names of the groups in `parent`, in the order of their creation, to be freed one by one and together; at most
 * `most`, more are a failure. */
char **store_group_names(struct store *store, hid_t parent, size_t most, size_t *n);
/* Lengths of a dataset; rank -1 when it is none or has more than STORE_AXES axes. */
struct store_shape store_shape_of(struct store *store, hid_t dataset);
/* What a dataset holds, which must have this shape. Numbers are converted to `wanted`; texts are the caller's. */
void store_get_numbers(struct store *store, hid_t group, const char *name, struct store_shape shape, hid_t wanted,
                       void *values);
void store_get_texts(struct store *store, hid_t group, const char *name, struct store_shape shape, char **texts);
/* Number of values of an attribute; 0: there is none. */
size_t store_attribute_length(struct store *store, hid_t object, const char *name);
/* What an attribute holds, which must have `n` values. */
void store_get_number_attribute(struct store *store, hid_t object, const char *name, size_t n, hid_t wanted,
                                void *values);
void store_get_text_attributes(struct store *store, hid_t object, const char *name, size_t n, char **texts);

hid_t store_create_group(struct store *store, hid_t parent, const char *name);
/* Creates and fills a dataset. Texts are variable-length UTF-8; numbers are stored as `stored` and compressed when
 * there are many. `values` NULL: nothing is written, and nothing takes room in the file. */
hid_t store_put_texts(struct store *store, hid_t group, const char *name, struct store_shape shape,
                      const char *const *values);
hid_t store_put_numbers(struct store *store, hid_t group, const char *name, struct store_shape shape, hid_t stored,
                        hid_t given, const void *values);
void store_put_text_attributes(struct store *store, hid_t object, const char *name, size_t n, const char *const *texts);
void store_put_attribute(struct store *store, hid_t object, const char *name, const char *text);
/* `n` = 0: a scalar. */
void store_put_number_attribute(struct store *store, hid_t object, const char *name, hid_t stored, size_t n,
                                hid_t given, const void *values);
/* Makes a dataset the scale of a dimension; gives an axis its scale. */
void store_make_scale(struct store *store, hid_t dataset, const char *name);
void store_attach_scale(struct store *store, hid_t dataset, hid_t scale, unsigned axis);

#endif
