#include "worker/fulfillment/jobs.h"
