/* The reference workload with QuantLib: paths by MultiPathGenerator (Mersenne Twister, inverse normal, Euler steps of
 * the price, which need no exponential), the account checked along each path. One thread. usage: peer_quantlib PATHS;
 * prints JSON. */
#include <ql/math/randomnumbers/rngtraits.hpp>
#include <ql/methods/montecarlo/multipathgenerator.hpp>
#include <ql/processes/geometricbrownianprocess.hpp>
#include <ql/processes/stochasticprocessarray.hpp>
#include <vector>

#include "peer.h"

using namespace QuantLib;
using Generator = MultiPathGenerator<PseudoRandom::rsg_type>;

static ext::shared_ptr<StochasticProcess> make_process() {
    std::vector<ext::shared_ptr<StochasticProcess1D>> assets;
    Matrix between(N, N);
    for (int i = 0; i < N; i++) {
        assets.push_back(ext::make_shared<GeometricBrownianMotionProcess>(price[i], drift[i], volatility[i]));
        for (int j = 0; j < N; j++)
            between[i][j] = correlation[i * N + j];
    }
    return ext::make_shared<StochasticProcessArray>(assets, between);
}

static void run_path(const MultiPath &path, struct account *a) {
    double p[N];
    account_open(a);
    for (int s = 1; s <= STEPS; s++) {
        for (int i = 0; i < N; i++)
            p[i] = path[i][s];
        account_check(a, p);
    }
    account_close(a, p);
}

int main(int argc, char **argv) {
    const long n = argc == 2 ? atol(argv[1]) : 0;
    if (n < 1) {
        fputs("usage: peer_quantlib PATHS\n", stderr);
        return 64;
    }
    Generator generator(make_process(), TimeGrid(horizon, STEPS),
                        PseudoRandom::make_sequence_generator(N * STEPS, 1000UL), false);
    std::vector<double> isolated(n), cross(n);
    struct losses l = {isolated.data(), cross.data(), {0}, 0};
    for (long k = 0; k < n; k++) {
        struct account a;
        run_path(generator.next().value, &a);
        isolated[k] = a.isolated_loss;
        cross[k] = a.cross_loss;
        l.cross_liquidated += !a.cross_open;
        for (int i = 0; i < N; i++)
            l.liquidated[i] += !a.open[i];
    }
    print_losses(&l, n);
    return 0;
}
