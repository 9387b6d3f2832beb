/* One step of a Heston variance in vectors: the quadratic-exponential scheme of Andersen (2008, section 3.2) and the
 * log price's law given the variance at both ends, with the martingale correction of his section 4.3; compiled once for
 * each instruction set, like kernel_rows.c. Both branches are computed, one is chosen. */
#include <math.h>

#include "kernel_level.h"
#include "vmath.h"

/* Where the scheme switches from a square of a normal to a mass at zero with an exponential tail. */
static const double psi_switch = 1.5;
/* Keep divisions apart from zero where the variance is nothing, or does not vary. */
static const double mean_least = 1e-140, psi_least = 1e-12;

void LEVEL(rows_heston)(const struct variance_step *law, const double *normal, double *restrict variance,
                        double *restrict mean, double *restrict deviation) {
    const struct variance_step own = *law;
    ROWS {
        const double v = variance[p], z = normal[p];
        double m = own.level + (v - own.level) * own.decay;
        m = m > mean_least ? m : mean_least;
        double psi = (own.per_variance * v + own.constant) / (m * m);
        psi = psi > psi_least ? psi : psi_least;
        const int square = psi <= psi_switch;

        const double two = 2.0 / (square ? psi : 1.0);
        const double b2 = two - 1.0 + sqrt(two) * sqrt(two - 1.0), a = m / (1.0 + b2);
        const double root = sqrt(b2) + z, spread = 1.0 - 2.0 * own.tilt * a;

        const double tail = 2.0 / (psi + 1.0); /* chance to be above zero, 1 - p */
        const double scale = m / tail, upper = vmath_upper_tail(z), lean = 1.0 - own.tilt * scale;
        const double above = scale * (vmath_log(tail) - vmath_log(upper));

        const int tame = square ? spread > 0.0 : lean > 0.0;
        const double moment = square ? spread : 1.0 - tail + tail / lean;
        const double logarithm = vmath_log(tame ? moment : 1.0);
        const double correction = square ? 0.5 * logarithm - own.tilt * b2 * a / spread : -logarithm;
        const double next = square ? a * (root * root) : upper < tail ? above : 0.0;

        variance[p] = next;
        mean[p] = (tame ? correction - own.drift_before * v : own.plain) + (own.before * v + own.after * next);
        deviation[p] = sqrt(own.share * (v + next));
    }
}
