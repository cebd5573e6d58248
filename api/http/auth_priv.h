/* Private to auth*.c, rate.c, cors.c and session*.c: what they share.  Each part has its own lock. */
#pragma once

struct failures;
struct known;
struct policies;
struct rates;

struct auth {
    struct failures *failures; /* auth_failures.h */
    struct known *known;       /* auth_known.h */
    struct policies *policies; /* auth_policy.h */
    struct rates *rates;       /* rate.h */
};
