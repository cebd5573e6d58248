/* Which outside services are set up here, by the configuration.  Pure functions; any thread. */
#pragma once

#include <stdbool.h>

#include "common/base/conf.h"

/* A shop is named, with a token or a client id and secret. */
bool service_has_shop(const struct conf *conf);
/* The service ("cj") is among those that DROPSHIP_SANDBOX says are simulated. */
bool service_is_simulated(const struct conf *conf, const char *name);
