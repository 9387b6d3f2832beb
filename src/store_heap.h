/* A look at the texts of a file before HDF5 reads them. Inside store only. */
#ifndef STORE_HEAP_H
#define STORE_HEAP_H

/* Whether every global heap in the file holds what it says it holds. HDF5 1.10 takes that on trust when it reads a text
 * of variable length, and crashes on a damaged file. 1 also when the file cannot be looked at: opening it will tell. */
int store_heaps_are_sound(const char *path);

#endif
