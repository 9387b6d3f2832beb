/* Long arrays, compressed by threads. Inside store only. */
#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include "store_node.h"

/* Writes all of a dataset that is shuffled, deflated (level 1) and summed with fletcher32, in chunks of whole rows,
 * from values as they lie in memory, or in a depot, which then rests on the way. Negative when it fails. */
herr_t store_write_chunks(hid_t dataset, struct store_shape shape, struct store_shape chunk, const void *values,
                          size_t value_size, size_t n_threads, const struct depot *depot);

#endif
