/* The table of models, and the end of their terms. */
#include "model.h"

#include <stdlib.h>

const struct model *const models[] = {
#define X(identifier, name, sentence) &model_##identifier,
    MODEL_LIST(X)
#undef X
};

void model_terms_free(struct model_terms *terms) {
    free(terms->regimes.correlation);
    free(terms->returns.value);
    free(terms->returns.variance);
    *terms = (struct model_terms){0};
}
