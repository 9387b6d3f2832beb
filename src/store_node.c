/* The verbs that create: a file in memory, groups, datasets, attributes, dimension scales, all without time stamps and
 * with creation order, so that equal contents are equal bytes. They know HDF5 and nothing of results. */
#include "store_node.h"

#include <errno.h>
#include <hdf5_hl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_chunk.h"
#include "store_file.h"

enum {
    IMAGE_STEP = 1 << 18,   /* bytes by which the file in memory grows */
    TEXT_BUFFER = 1 << 12,  /* bytes that HDF5 clears for each write of texts; by default a million */
    COMPRESSED_FROM = 1024, /* values; fewer are stored as they are */
    CHUNK = 65536,          /* values in a chunk */
    ORDER = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED
};

/* A name that no file can have: one that is there would be read into memory before it is replaced. */
#define NO_FILE "/dev/null/results"

void store_begin(struct store *store) {
    *store = (struct store){.file = -1, .n_threads = 1};
    H5dont_atexit(); /* after a failed write HDF5's own clean-up at exit can crash; refused, rightly, when too late */
    H5Eget_auto2(H5E_DEFAULT, &store->print, &store->print_user);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void store_end(struct store *store) {
    if (store->file >= 0 && H5Fclose(store->file) < 0)
        store_fail(store, "closing", "the file");
    store->file = -1;
    depot_free(&store->image);
    H5Eset_auto2(H5E_DEFAULT, store->print, store->print_user);
}

static herr_t innermost(unsigned n, const H5E_error2_t *error, void *description) {
    if (n == 0 && error->desc)
        *(char **)description = strdup(error->desc);
    return 0;
}

void store_fail(struct store *store, const char *doing, const char *name) {
    char *reason = NULL;
    if (store->error)
        return;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &reason);
    store_message(&store->error, "%s %s failed%s%s", doing, name, reason ? ": " : "", reason ? reason : "");
    if (!store->error)
        store->error = strdup("out of memory");
    free(reason);
}

void store_refuse(struct store *store, const char *format, ...) {
    va_list arguments;
    if (store->error)
        return;
    va_start(arguments, format);
    if (vasprintf(&store->error, format, arguments) < 0)
        store->error = strdup("out of memory");
    va_end(arguments);
}

static void check(struct store *store, herr_t result, const char *doing, const char *name) {
    if (result < 0)
        store_fail(store, doing, name);
}

static hid_t check_object(struct store *store, hid_t object, const char *doing, const char *name) {
    if (object < 0)
        store_fail(store, doing, name);
    return object < 0 ? -1 : object;
}

/* Lists, types and spaces have no data: closing them loses nothing. */
static void drop(hid_t id) {
    if (id >= 0)
        H5Idec_ref(id);
}

void store_close(struct store *store, hid_t object) {
    if (object >= 0 && H5Oclose(object) < 0)
        store_fail(store, "closing", "an object");
}

/* A creation list without time stamps; for groups and files also with the order of links. */
static hid_t creation_list(hid_t kind, int links) {
    const hid_t list = H5Pcreate(kind);
    if (list < 0 || H5Pset_obj_track_times(list, 0) < 0 || H5Pset_attr_creation_order(list, ORDER) < 0 ||
        (links && H5Pset_link_creation_order(list, ORDER) < 0)) {
        drop(list);
        return -1;
    }
    return list;
}

/* What HDF5 asks for when its file in memory grows. */
static void *grow_image(void *image, size_t size, H5FD_file_image_op_t reason, void *user) {
    struct store *store = user;
    enum riskpool_status status = RISKPOOL_OK;
    (void)reason;
    if (size <= store->image_size)
        return image;
    store->image.in_files = size > store->in_memory;
    if (store->image.in_files)
        size += DEPOT_REST;
    void *longer = depot_lengthen(&store->image, image, size, 1, &status);
    depot_rest(&store->image);
    if (status != RISKPOOL_OK) {
        store_refuse(store, "%zu bytes of it: %s", size, strerror(errno));
        return NULL;
    }
    store->image_size = size;
    return longer;
}

static void *first_image(size_t size, H5FD_file_image_op_t reason, void *user) {
    return grow_image(NULL, size, reason, user);
}

static void *copy_image(void *to, const void *from, size_t size, H5FD_file_image_op_t reason, void *user) {
    (void)reason;
    (void)user;
    return memcpy(to, from, size);
}

static herr_t drop_image(void *image, H5FD_file_image_op_t reason, void *user) {
    struct store *store = user;
    (void)reason;
    depot_drop(&store->image, image);
    store->image_size = 0;
    return 0;
}

static void *same_user(void *user) {
    return user;
}

static herr_t keep_user(void *user) {
    (void)user;
    return 0;
}

void store_create_image(struct store *store, const char *name, const char *folder, uint64_t in_memory) {
    H5FD_file_image_callbacks_t callbacks = {first_image, copy_image, grow_image, drop_image,
                                             same_user,   keep_user,  store};
    if (store->error)
        return;
    store->image.folder = folder;
    store->in_memory = in_memory;
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = creation_list(H5P_FILE_CREATE, 1);
    if (access >= 0 && creation >= 0 && H5Pset_fapl_core(access, IMAGE_STEP, 0) >= 0 &&
        H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0)
        store->file = H5Fcreate(NO_FILE, H5F_ACC_TRUNC, creation, access);
    check_object(store, store->file, "preparing", name);
    drop(access);
    drop(creation);
}

const void *store_image(struct store *store, size_t *n) {
    void **bytes = NULL;
    *n = 0;
    if (store->error)
        return NULL;
    ssize_t size = -1;
    if (H5Fflush(store->file, H5F_SCOPE_GLOBAL) >= 0)
        size = H5Fget_file_image(store->file, NULL, 0);
    if (size < 0 || H5Fget_vfd_handle(store->file, H5P_DEFAULT, (void **)&bytes) < 0) {
        store_fail(store, "finishing", "the file in memory");
        return NULL;
    }
    *n = (size_t)size;
    return *bytes;
}

hid_t store_create_group(struct store *store, hid_t parent, const char *name) {
    if (store->error)
        return -1;
    const hid_t list = creation_list(H5P_GROUP_CREATE, 1);
    const hid_t group = list < 0 ? -1 : H5Gcreate2(parent, name, H5P_DEFAULT, list, H5P_DEFAULT);
    drop(list);
    return check_object(store, group, "creating group", name);
}

static hid_t text_type(void) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        drop(type);
        return -1;
    }
    return type;
}

static hid_t space_of(struct store_shape shape) {
    return shape.rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(shape.rank, shape.length, NULL);
}

/* Long arrays of one or two axes lie in chunks of whole rows; rank 0: not in chunks. */
static struct store_shape chunk_of(struct store_shape shape) {
    const hsize_t row = shape.rank == 2 ? shape.length[1] : 1, rows = row < CHUNK ? CHUNK / row : 1;
    if (shape.rank == 0 || shape.rank > 2 || shape.length[0] * row < COMPRESSED_FROM)
        return (struct store_shape){0, {0, 0}};
    return (struct store_shape){shape.rank, {rows < shape.length[0] ? rows : shape.length[0], row}};
}

static hid_t create_dataset(struct store *store, hid_t group, const char *name, struct store_shape shape, hid_t type,
                            struct store_shape chunk) {
    const hid_t space = space_of(shape), list = creation_list(H5P_DATASET_CREATE, 0);
    int ready = space >= 0 && list >= 0 && type >= 0;
    if (ready && chunk.rank > 0)
        ready = H5Pset_chunk(list, chunk.rank, chunk.length) >= 0 && H5Pset_shuffle(list) >= 0 &&
                H5Pset_deflate(list, 1) >= 0 && H5Pset_fletcher32(list) >= 0;
    const hid_t dataset = ready ? H5Dcreate2(group, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT) : -1;
    drop(space);
    drop(list);
    return check_object(store, dataset, "creating", name);
}

hid_t store_put_texts(struct store *store, hid_t group, const char *name, struct store_shape shape,
                      const char *const *values) {
    if (store->error)
        return -1;
    const hid_t type = text_type(),
                dataset = create_dataset(store, group, name, shape, type, (struct store_shape){0, {0, 0}});
    const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (dataset >= 0)
        check(store,
              transfer < 0 || H5Pset_buffer(transfer, TEXT_BUFFER, NULL, NULL) < 0
                  ? -1
                  : H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, transfer, values),
              "writing", name);
    drop(transfer);
    drop(type);
    return dataset;
}

/* A long row whose numbers HDF5 converts, a chunk at a time, so that what they lie in may rest. */
static herr_t write_converted(const struct store *store, hid_t dataset, struct store_shape shape,
                              struct store_shape chunk, hid_t given, const void *values) {
    const hid_t file = H5Dget_space(dataset);
    herr_t result = file < 0 ? -1 : 0;
    for (hsize_t first = 0; result >= 0 && first < shape.length[0]; first += chunk.length[0]) {
        const hsize_t left = shape.length[0] - first, n = left < chunk.length[0] ? left : chunk.length[0];
        const hid_t memory = H5Screate_simple(1, &n, NULL);
        const unsigned char *from = (const unsigned char *)values + first * H5Tget_size(given);
        result = memory < 0 || H5Sselect_hyperslab(file, H5S_SELECT_SET, &first, NULL, &n, NULL) < 0
                     ? -1
                     : H5Dwrite(dataset, given, memory, file, H5P_DEFAULT, from);
        drop(memory);
        if (store->values)
            depot_rest(store->values);
    }
    drop(file);
    return result;
}

/* All of a dataset. */
static herr_t write_numbers(const struct store *store, hid_t dataset, struct store_shape shape,
                            struct store_shape chunk, hid_t stored, hid_t given, const void *values) {
    if (chunk.rank > 0 && H5Tequal(stored, given) > 0)
        return store_write_chunks(dataset, shape, chunk, values, H5Tget_size(given), store->n_threads, store->values);
    if (chunk.rank == 1)
        return write_converted(store, dataset, shape, chunk, given, values);
    return H5Dwrite(dataset, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

hid_t store_put_numbers(struct store *store, hid_t group, const char *name, struct store_shape shape, hid_t stored,
                        hid_t given, const void *values) {
    if (store->error)
        return -1;
    const struct store_shape chunk = chunk_of(values ? shape : (struct store_shape){0, {0, 0}});
    const hid_t dataset = create_dataset(store, group, name, shape, stored, chunk);
    if (dataset >= 0 && values)
        check(store, write_numbers(store, dataset, shape, chunk, stored, given, values), "writing", name);
    return dataset;
}

static void put_attribute(struct store *store, hid_t object, const char *name, struct store_shape shape, hid_t stored,
                          hid_t given, const void *values) {
    if (store->error)
        return;
    const hid_t space = space_of(shape);
    const hid_t attribute =
        space < 0 || stored < 0 ? -1 : H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    if (check_object(store, attribute, "creating attribute", name) >= 0) {
        check(store, H5Awrite(attribute, given, values), "writing attribute", name);
        check(store, H5Aclose(attribute), "closing attribute", name);
    }
    drop(space);
}

void store_put_text_attributes(struct store *store, hid_t object, const char *name, size_t n,
                               const char *const *texts) {
    const hid_t type = text_type();
    put_attribute(store, object, name, (struct store_shape){n > 0, {n, 0}}, type, type, texts);
    drop(type);
}

void store_put_attribute(struct store *store, hid_t object, const char *name, const char *text) {
    store_put_text_attributes(store, object, name, 0, &text);
}

void store_put_number_attribute(struct store *store, hid_t object, const char *name, hid_t stored, size_t n,
                                hid_t given, const void *values) {
    put_attribute(store, object, name, (struct store_shape){n > 0, {n, 0}}, stored, given, values);
}

void store_make_scale(struct store *store, hid_t dataset, const char *name) {
    if (!store->error)
        check(store, H5DSset_scale(dataset, name), "making a dimension of", name);
}

void store_attach_scale(struct store *store, hid_t dataset, hid_t scale, unsigned axis) {
    if (!store->error)
        check(store, H5DSattach_scale(dataset, scale, axis), "attaching", "a dimension");
}
