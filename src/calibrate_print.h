/* The parts of the text of a calibration. */
#ifndef CALIBRATE_PRINT_H
#define CALIBRATE_PRINT_H

#include "calibrate.h"

enum { CELL_SIZE = 48 };

/* "44.1 ± 2.3", in percent when `percent`; "-" for NaN. */
void measured_text(char cell[CELL_SIZE], double value, double error, int percent);
/* The step as it is written in a scenario: "1 d". */
void step_text(const struct returns *returns, char text[CELL_SIZE]);

/* Comments: windows side by side; tails and the fit of the model. */
void calibrate_print_windows(const struct calibration *calibration, struct text *out);
void calibrate_print_fits(const struct calibration *calibration, const struct calibrate_request *request,
                          struct text *out);
/* `market:` itself. */
void calibrate_print_market(const struct calibration *calibration, const struct calibrate_request *request,
                            struct text *out);

#endif
