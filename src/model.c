/* The table of models. */
#include "model.h"

const struct model *const models[] = {
#define X(identifier, name, sentence) &model_##identifier,
    MODEL_LIST(X)
#undef X
};
