/* Between the points of a sweep and arrays over (mode or pair, axis, axis, confidence). */
#include "store_sweep.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 1 << 20 };

/* Which table a variable of the group belongs to. */
enum side { OF_MODES, OF_PAIRS };

static const char *const side_names[] = {"mode", "pair"};

static size_t side_size(const struct riskpool_results *results, enum side side) {
    return side == OF_MODES ? results->n_modes : results->size[DIM_PAIR];
}

/* Values that a field has at one point for one mode or pair; 0: it is not part of a sweep. */
static size_t field_width(const struct riskpool_results *results, const struct result_field *field, enum side side) {
    const enum dimension last = side == OF_MODES ? field->dim[0] : field->dim[1];
    return last == DIM_NONE ? 1 : last == DIM_CONFIDENCE ? results->size[DIM_CONFIDENCE] : 0;
}

static struct store_shape shape_of(const struct riskpool_results *results, enum side side, int along_levels) {
    struct store_shape shape = {1, {side_size(results, side)}};
    for (size_t a = 0; a < results->sweep.n_parameters; a++)
        shape.length[shape.rank++] = results->sweep.axis[a].n;
    if (along_levels)
        shape.length[shape.rank++] = results->size[DIM_CONFIDENCE];
    return shape;
}

/* The values of one mode or pair at one point. */
static double *values_at(const struct riskpool_results *point, enum side side, size_t field, size_t entry,
                         size_t width) {
    return side == OF_MODES ? point->modes[entry].statistic[field] : point->comparison[field] + entry * width;
}

/* Between the points and a row-major array; `to_points` says which way. */
static void move(const struct riskpool_results *results, enum side side, size_t field, size_t width, double *array,
                 int to_points) {
    const struct sweep_results *sweep = &results->sweep;
    for (size_t entry = 0; entry < side_size(results, side); entry++)
        for (size_t k = 0; k < sweep->n_points; k++, array += width) {
            double *values = values_at(sweep->point[k], side, field, entry, width);
            memcpy(to_points ? values : array, to_points ? array : values, width * sizeof *array);
        }
}

/* The scales of the group. */
struct scales {
    hid_t group, side[2], axis[SWEEP_MOST_AXES], level;
};

static void describe(struct store *store, hid_t object, const char *unit, const char *long_name) {
    store_put_attribute(store, object, "units", unit);
    store_put_attribute(store, object, "long_name", long_name);
}

static hid_t put_names(struct store *store, hid_t group, enum side side, const char *const *names, size_t n,
                       const char *long_name) {
    const hid_t scale =
        n > 0 ? store_put_texts(store, group, side_names[side], (struct store_shape){1, {n}}, names) : -1;
    if (n == 0)
        return scale;
    store_make_scale(store, scale, side_names[side]);
    describe(store, scale, "1", long_name);
    return scale;
}

static hid_t put_numbers(struct store *store, hid_t group, const char *name, const double *values, size_t n,
                         const char *long_name) {
    const hid_t scale =
        store_put_numbers(store, group, name, (struct store_shape){1, {n}}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values);
    store_make_scale(store, scale, name);
    describe(store, scale, "1", long_name);
    return scale;
}

static void put_scales(struct store *store, const struct riskpool_results *results, struct scales *scales) {
    const char **modes = malloc((results->n_modes + 1) * sizeof *modes);
    if (!modes)
        store_fail(store, "allocating", "mode");
    for (size_t m = 0; modes && m < results->n_modes; m++)
        modes[m] = results->modes[m].name;
    scales->group = store_create_group(store, store->file, "sweep");
    scales->side[OF_MODES] = put_names(store, scales->group, OF_MODES, modes, results->n_modes, "name of the mode");
    scales->side[OF_PAIRS] = put_names(store, scales->group, OF_PAIRS, (const char *const *)results->pair,
                                       results->size[DIM_PAIR], "the two modes compared");
    for (size_t a = 0; a < results->sweep.n_parameters; a++) {
        const struct sweep_axis *axis = &results->sweep.axis[a];
        scales->axis[a] = put_numbers(store, scales->group, axis->name, axis->value, axis->n, axis->key);
    }
    scales->level = put_numbers(store, scales->group, "confidence", results->confidence, results->size[DIM_CONFIDENCE],
                                "confidence level");
    const char *names[SWEEP_MOST_AXES];
    for (size_t a = 0; a < results->sweep.n_parameters; a++)
        names[a] = results->sweep.axis[a].name;
    store_put_text_attributes(store, scales->group, "parameters", results->sweep.n_parameters, names);
    free(modes);
}

static void put_array(struct store *store, const struct riskpool_results *results, const struct scales *scales,
                      enum side side, const struct result_field *field, int along_levels, int without_first,
                      const double *values) {
    struct store_shape shape = shape_of(results, side, along_levels);
    if (without_first) {
        memmove(shape.length + 1, shape.length + 2, (size_t)(shape.rank - 2) * sizeof *shape.length);
        shape.rank--;
    }
    const hid_t dataset =
        store_put_numbers(store, scales->group, field->name, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values);
    unsigned at = 0;
    store_attach_scale(store, dataset, scales->side[side], at++);
    for (size_t a = without_first ? 1 : 0; a < results->sweep.n_parameters; a++)
        store_attach_scale(store, dataset, scales->axis[a], at++);
    if (along_levels)
        store_attach_scale(store, dataset, scales->level, at);
    describe(store, dataset, result_unit_text(results, field->unit), field->long_name);
    store_close(store, dataset);
}

static void put_fields(struct store *store, const struct riskpool_results *results, const struct scales *scales,
                       enum side side, const struct result_field *fields, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const size_t width = field_width(results, &fields[i], side);
        const size_t size = side_size(results, side) * results->sweep.n_points * width;
        double *array = size > 0 ? malloc(size * sizeof *array) : NULL;
        if (size == 0)
            continue;
        if (!array) {
            store_fail(store, "allocating", fields[i].name);
            return;
        }
        move(results, side, i, width, array, 0);
        const enum dimension last = side == OF_MODES ? fields[i].dim[0] : fields[i].dim[1];
        put_array(store, results, scales, side, &fields[i], last == DIM_CONFIDENCE, 0, array);
        free(array);
    }
}

static const struct result_field crossing_fields[] = {
    {"crossing_expected_shortfall",
     {DIM_PAIR, DIM_CONFIDENCE},
     UNIT_ONE,
     "value of the first parameter where the difference of the expected shortfalls changes sign; NaN: it does not"},
    {"crossing_expected_shortfall_se", {DIM_PAIR, DIM_CONFIDENCE}, UNIT_ONE, "its standard error"},
    {"crossing_any_liquidation_frequency",
     {DIM_PAIR, DIM_NONE},
     UNIT_ONE,
     "value of the first parameter where the difference of the liquidation frequencies changes sign; NaN: it does not"},
    {"crossing_any_liquidation_frequency_se", {DIM_PAIR, DIM_NONE}, UNIT_ONE, "its standard error"}};

enum { CROSSINGS = sizeof crossing_fields / sizeof *crossing_fields };

void store_put_sweep(struct store *store, const struct riskpool_results *results) {
    const struct sweep_results *sweep = &results->sweep;
    const double *crossings[CROSSINGS] = {sweep->shortfall_crossing.at, sweep->shortfall_crossing.error,
                                          sweep->liquidation_crossing.at, sweep->liquidation_crossing.error};
    struct scales scales = {.group = -1, .side = {-1, -1}, .axis = {-1, -1}, .level = -1};
    put_scales(store, results, &scales);
    put_fields(store, results, &scales, OF_MODES, statistic_fields, STAT_COUNT);
    put_fields(store, results, &scales, OF_PAIRS, comparison_fields, COMP_COUNT);
    for (size_t i = 0; results->size[DIM_PAIR] > 0 && i < CROSSINGS; i++)
        put_array(store, results, &scales, OF_PAIRS, &crossing_fields[i], crossing_fields[i].dim[1] == DIM_CONFIDENCE,
                  1, crossings[i]);
    for (size_t a = 0; a < SWEEP_MOST_AXES; a++)
        store_close(store, scales.axis[a]);
    store_close(store, scales.side[OF_MODES]);
    store_close(store, scales.side[OF_PAIRS]);
    store_close(store, scales.level);
    store_close(store, scales.group);
}

/* The parameters are the scales that are not the usual ones: they are named in an attribute of the group. */
static void get_axis(struct store *store, hid_t group, struct sweep_axis *axis) {
    const hid_t dataset = store_open_object(store, group, axis->name);
    const struct store_shape shape = store_shape_of(store, dataset);
    if (shape.rank == 1 && shape.length[0] > 0 && shape.length[0] <= MOST_POINTS) {
        axis->n = (size_t)shape.length[0];
        axis->value = calloc(axis->n, sizeof *axis->value);
        store_get_text_attributes(store, dataset, "long_name", 1, &axis->key);
        if (axis->value)
            store_get_numbers(store, group, axis->name, shape, H5T_NATIVE_DOUBLE, axis->value);
    } else {
        store_refuse(store, "sweep/%s is no parameter", axis->name);
    }
    store_close(store, dataset);
}

static void get_axes(struct store *store, hid_t group, struct sweep_results *sweep) {
    char *names[SWEEP_MOST_AXES] = {NULL};
    const size_t n = store_attribute_length(store, group, "parameters");
    if (n < 1 || n > SWEEP_MOST_AXES) {
        store_refuse(store, "sweep does not say what its parameters are");
        return;
    }
    store_get_text_attributes(store, group, "parameters", n, names);
    sweep->n_points = 1;
    for (size_t a = 0; a < n && !store->error; a++) {
        sweep->n_parameters = a + 1;
        sweep->axis[a].name = names[a];
        get_axis(store, group, &sweep->axis[a]);
        sweep->n_points *= sweep->axis[a].n;
    }
    if (store->error || sweep->n_points > MOST_POINTS)
        sweep->n_points = 0;
    sweep->point = calloc(sweep->n_points + 1, sizeof *sweep->point);
    if (!sweep->point)
        store_refuse(store, "out of memory");
}

static void allocate_points(struct store *store, struct riskpool_results *results) {
    for (size_t k = 0; k < results->sweep.n_points && !store->error; k++) {
        struct riskpool_results *point = calloc(1, sizeof *point);
        results->sweep.point[k] = point;
        if (!point) {
            store_refuse(store, "out of memory");
            return;
        }
        point->n_modes = results->n_modes;
        point->size[DIM_CONFIDENCE] = results->size[DIM_CONFIDENCE];
        if (results_allocate(point, 0) != RISKPOOL_OK)
            store_refuse(store, "out of memory");
    }
}

static void get_fields(struct store *store, hid_t group, struct riskpool_results *results, enum side side,
                       const struct result_field *fields, size_t n) {
    for (size_t i = 0; i < n && !store->error; i++) {
        const size_t width = field_width(results, &fields[i], side);
        const size_t size = side_size(results, side) * results->sweep.n_points * width;
        double *array = size > 0 ? malloc(size * sizeof *array) : NULL;
        const enum dimension last = side == OF_MODES ? fields[i].dim[0] : fields[i].dim[1];
        if (array) {
            store_get_numbers(store, group, fields[i].name, shape_of(results, side, last == DIM_CONFIDENCE),
                              H5T_NATIVE_DOUBLE, array);
            if (!store->error)
                move(results, side, i, width, array, 1);
        }
        free(array);
    }
}

static void get_crossing(struct store *store, hid_t group, const struct riskpool_results *results, size_t field,
                         double **values) {
    const size_t levels = crossing_fields[field].dim[1] == DIM_CONFIDENCE ? results->size[DIM_CONFIDENCE] : 1;
    const size_t lines = results->sweep.n_points / results->sweep.axis[0].n;
    struct store_shape shape = {1, {results->size[DIM_PAIR]}};
    if (results->sweep.n_parameters == 2)
        shape.length[shape.rank++] = results->sweep.axis[1].n;
    if (crossing_fields[field].dim[1] == DIM_CONFIDENCE)
        shape.length[shape.rank++] = levels;
    *values = calloc(results->size[DIM_PAIR] * lines * levels + 1, sizeof **values);
    if (*values)
        store_get_numbers(store, group, crossing_fields[field].name, shape, H5T_NATIVE_DOUBLE, *values);
}

void store_get_sweep(struct store *store, struct riskpool_results *results) {
    struct sweep_results *sweep = &results->sweep;
    if (!store_has(store, store->file, "sweep"))
        return;
    double **crossings[CROSSINGS] = {&sweep->shortfall_crossing.at, &sweep->shortfall_crossing.error,
                                     &sweep->liquidation_crossing.at, &sweep->liquidation_crossing.error};
    const hid_t group = store_open_object(store, store->file, "sweep");
    get_axes(store, group, sweep);
    if (!store->error)
        allocate_points(store, results);
    get_fields(store, group, results, OF_MODES, statistic_fields, STAT_COUNT);
    get_fields(store, group, results, OF_PAIRS, comparison_fields, COMP_COUNT);
    for (size_t i = 0; !store->error && results->size[DIM_PAIR] > 0 && i < CROSSINGS; i++)
        get_crossing(store, group, results, i, crossings[i]);
    store_close(store, group);
}
