/* What is known about scenario files, as text. */
#ifndef REFERENCE_H
#define REFERENCE_H

/* A commented scenario with every key, its unit, range and default, that is itself valid. The caller frees it; NULL
 * when out of memory. */
char *reference_template(void);
/* The reference of every key. */
char *reference_text(void);
/* The reference of every key of a batch file. */
char *reference_batch(void);

#endif
