#include "model.h"

#include <string.h>

const struct model *const models[] = {&model_gbm, &model_bachelier, NULL};

const struct model *model_find(const char *name) {
    for (const struct model *const *model = models; *model; ++model)
        if (strcmp((*model)->name, name) == 0)
            return *model;
    return NULL;
}
