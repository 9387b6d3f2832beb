/* The verbs that read: what is there, of which shape, and its values, with every expectation checked, because the file
 * may be anybody's. They know HDF5 and nothing of results. */
#include <stdlib.h>
#include <string.h>

#include "store_node.h"

static void drop(hid_t id) {
    if (id >= 0)
        H5Idec_ref(id);
}

void store_open(struct store *store, const char *path) {
    if (store->error)
        return;
    /* Nobody changes a results file in place, and some network file systems have no locks. */
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_file_locking(access, 0, 1) >= 0)
        store->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (store->file < 0)
        store_fail(store, "opening", "the file");
    drop(access);
}

int store_has(struct store *store, hid_t parent, const char *name) {
    return !store->error && H5Lexists(parent, name, H5P_DEFAULT) > 0;
}

hid_t store_open_object(struct store *store, hid_t parent, const char *name) {
    if (store->error)
        return -1;
    const hid_t object = H5Oopen(parent, name, H5P_DEFAULT);
    if (object < 0)
        store_fail(store, "opening", name);
    return object < 0 ? -1 : object;
}

struct name_list {
    char **name;
    size_t n, most;
};

static herr_t add_group_name(hid_t parent, const char *name, const H5L_info_t *link, void *user) {
    struct name_list *list = user;
    H5O_info_t object;
    (void)link;
    if (H5Oget_info_by_name1(parent, name, &object, H5P_DEFAULT) < 0)
        return -1;
    if (object.type != H5O_TYPE_GROUP)
        return 0;
    if (list->n == list->most || !(list->name[list->n] = strdup(name)))
        return -1;
    list->n++;
    return 0;
}

char **store_group_names(struct store *store, hid_t parent, size_t most, size_t *n) {
    *n = 0;
    if (store->error)
        return NULL;
    struct name_list list = {calloc(most, sizeof *list.name), 0, most};
    unsigned order = 0;
    const hid_t group = H5Gopen2(parent, ".", H5P_DEFAULT), creation = group < 0 ? -1 : H5Gget_create_plist(group);
    if (creation >= 0)
        H5Pget_link_creation_order(creation, &order);
    drop(creation);
    drop(group);
    const H5_index_t index = order & H5P_CRT_ORDER_TRACKED ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
    if (!list.name || H5Literate(parent, index, H5_ITER_INC, NULL, add_group_name, &list) < 0)
        store_fail(store, "listing", "the groups");
    *n = list.n;
    return list.name;
}

static struct store_shape shape_of_space(hid_t space) {
    struct store_shape shape = {-1, {0, 0}};
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (rank >= 0 && rank <= STORE_AXES && H5Sget_simple_extent_type(space) != H5S_NULL &&
        H5Sget_simple_extent_dims(space, shape.length, NULL) == rank)
        shape.rank = rank;
    return shape;
}

struct store_shape store_shape_of(struct store *store, hid_t dataset) {
    struct store_shape shape = {-1, {0, 0}};
    if (store->error || H5Iget_type(dataset) != H5I_DATASET)
        return shape;
    const hid_t space = H5Dget_space(dataset);
    shape = shape_of_space(space);
    drop(space);
    return shape;
}

static int same_shape(struct store_shape a, struct store_shape b) {
    int same = a.rank == b.rank;
    for (int axis = 0; same && axis < a.rank; axis++)
        same = a.length[axis] == b.length[axis];
    return same;
}

static size_t count_of(struct store_shape shape) {
    size_t count = 1;
    for (int axis = 0; axis < shape.rank; axis++)
        count *= (size_t)shape.length[axis];
    return count;
}

/* The dataset, open, when it has the shape and holds numbers or, as told, texts of variable length. */
static hid_t open_dataset(struct store *store, hid_t group, const char *name, struct store_shape shape, int texts) {
    const hid_t dataset = store_open_object(store, group, name);
    if (dataset < 0)
        return -1;
    const struct store_shape found = store_shape_of(store, dataset);
    if (!same_shape(found, shape)) {
        store_refuse(store, "%s does not have the shape it should have", name);
        store_close(store, dataset);
        return -1;
    }
    const hid_t type = H5Dget_type(dataset);
    const H5T_class_t class = H5Tget_class(type);
    const int fits = texts ? H5Tis_variable_str(type) > 0 : class == H5T_FLOAT || class == H5T_INTEGER;
    drop(type);
    if (fits)
        return dataset;
    store_refuse(store, "%s does not hold %s", name, texts ? "texts of variable length" : "numbers");
    store_close(store, dataset);
    return -1;
}

void store_get_numbers(struct store *store, hid_t group, const char *name, struct store_shape shape, hid_t wanted,
                       void *values) {
    const hid_t dataset = open_dataset(store, group, name, shape, 0);
    if (dataset >= 0 && H5Dread(dataset, wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        store_fail(store, "reading", name);
    store_close(store, dataset);
}

/* Texts in memory as HDF5 hands them out; the character set must be the file's. */
static hid_t memory_type(hid_t stored) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0)
        H5Tset_size(type, H5T_VARIABLE);
    if (type >= 0 && stored >= 0)
        H5Tset_cset(type, H5Tget_cset(stored));
    return type;
}

/* Copies HDF5's texts, so that they are freed like all others, and gives its own back. */
static void take_texts(struct store *store, hid_t type, hid_t space, char **lent, size_t n, char **texts) {
    for (size_t i = 0; i < n; i++)
        if (!(texts[i] = strdup(lent[i] ? lent[i] : "")))
            store_refuse(store, "out of memory");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, lent);
}

void store_get_texts(struct store *store, hid_t group, const char *name, struct store_shape shape, char **texts) {
    const hid_t dataset = open_dataset(store, group, name, shape, 1);
    if (dataset < 0)
        return;
    const size_t n = count_of(shape);
    char **lent = calloc(n + 1, sizeof *lent);
    const hid_t stored = H5Dget_type(dataset), type = memory_type(stored), space = H5Dget_space(dataset);
    if (lent && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, lent) >= 0)
        take_texts(store, type, space, lent, n, texts);
    else
        store_fail(store, "reading", name);
    free(lent);
    drop(stored);
    drop(type);
    drop(space);
    store_close(store, dataset);
}

size_t store_attribute_length(struct store *store, hid_t object, const char *name) {
    if (store->error || H5Aexists(object, name) <= 0)
        return 0;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), space = attribute < 0 ? -1 : H5Aget_space(attribute);
    const struct store_shape shape = shape_of_space(space);
    drop(space);
    if (attribute >= 0)
        H5Aclose(attribute);
    return shape.rank < 0 ? 0 : count_of(shape);
}

/* The attribute, open, when it has `n` values of the right kind. */
static hid_t open_attribute(struct store *store, hid_t object, const char *name, size_t n, int texts) {
    if (store->error)
        return -1;
    if (store_attribute_length(store, object, name) != n) {
        store_refuse(store, "the attribute %s is missing or has the wrong length", name);
        return -1;
    }
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), type = attribute < 0 ? -1 : H5Aget_type(attribute);
    const H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    const int fits = texts ? type >= 0 && H5Tis_variable_str(type) > 0 : class == H5T_FLOAT || class == H5T_INTEGER;
    drop(type);
    if (fits)
        return attribute;
    store_refuse(store, "the attribute %s does not hold %s", name, texts ? "texts of variable length" : "numbers");
    if (attribute >= 0)
        H5Aclose(attribute);
    return -1;
}

void store_get_number_attribute(struct store *store, hid_t object, const char *name, size_t n, hid_t wanted,
                                void *values) {
    const hid_t attribute = open_attribute(store, object, name, n, 0);
    if (attribute < 0)
        return;
    if (H5Aread(attribute, wanted, values) < 0)
        store_fail(store, "reading attribute", name);
    H5Aclose(attribute);
}

void store_get_text_attributes(struct store *store, hid_t object, const char *name, size_t n, char **texts) {
    const hid_t attribute = open_attribute(store, object, name, n, 1);
    if (attribute < 0)
        return;
    char **lent = calloc(n, sizeof *lent);
    const hid_t stored = H5Aget_type(attribute), type = memory_type(stored), space = H5Aget_space(attribute);
    if (lent && H5Aread(attribute, type, lent) >= 0)
        take_texts(store, type, space, lent, n, texts);
    else
        store_fail(store, "reading attribute", name);
    free(lent);
    drop(stored);
    drop(type);
    drop(space);
    H5Aclose(attribute);
}
