#include "common/base/clock.h"

#include "common/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { US_PER_S = 1000000 };

int64_t clock_now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail with this clock */
    return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

int64_t clock_mono_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_sleep_ms(int64_t ms)
{
    struct timespec until;

    if (ms <= 0) {
        return;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}

/* Seconds (rounded down, also before 1970) as UTC parts; returns the microseconds that remain. */
static int split(int64_t at_us, struct tm *ret_utc)
{
    time_t seconds = at_us / US_PER_S;
    int64_t rest = at_us % US_PER_S;

    if (rest < 0) {
        rest += US_PER_S;
        seconds--;
    }
    (void)gmtime_r(&seconds, ret_utc); /* fails only for years beyond an int */
    return (int)rest;
}

void clock_format(int64_t at_us, char text[static CLOCK_TEXT_BYTES])
{
    struct tm utc = { 0 };
    int rest = split(at_us, &utc);
    char whole[100]; /* the compiler cannot know that these numbers are short */

    (void)snprintf(whole, sizeof whole, "%04ld-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.tm_year + 1900L,
                   utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, rest);
    (void)str_fit(text, CLOCK_TEXT_BYTES, whole);
}

void clock_format_day(int64_t at_us, char text[static CLOCK_TEXT_BYTES])
{
    struct tm utc = { 0 };
    char whole[100];

    (void)split(at_us, &utc);
    (void)snprintf(whole, sizeof whole, "%04ld-%02d-%02d", utc.tm_year + 1900L, utc.tm_mon + 1,
                   utc.tm_mday);
    (void)str_fit(text, CLOCK_TEXT_BYTES, whole);
}

/* Exactly `count` digits at *at, then the character `after` (NUL = anything); moves *at behind both; -1 if not so. */
static int digits(const char **at, int count, char after)
{
    int value = 0;

    for (; count > 0; count--, (*at)++) {
        if (**at < '0' || **at > '9') {
            return -1;
        }
        value = value * 10 + (**at - '0');
    }
    if (after != '\0') {
        if (**at != after) {
            return -1;
        }
        (*at)++;
    }
    return value;
}

/* ".123": microseconds; 0 when there is no fraction; -1 for a point without digits. */
static int fraction(const char **at)
{
    int us = 0;
    int unit = US_PER_S / 10;

    if (**at != '.') {
        return 0;
    }
    (*at)++;
    if (**at < '0' || **at > '9') {
        return -1;
    }
    for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10) {
        us += (**at - '0') * unit;
    }
    return us;
}

/* "Z", "+08:00" or "+08" up to the end of the text: seconds east of UTC.  False if it is none of these. */
static bool offset(const char *at, int64_t *ret_seconds)
{
    int sign = *at == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;

    if (strcmp(at, "Z") == 0 || strcmp(at, "z") == 0) {
        *ret_seconds = 0;
        return true;
    }
    if (*at != '+' && *at != '-') {
        return false;
    }
    at++;
    hours = digits(&at, 2, '\0');
    if (*at == ':') {
        at++;
        minutes = digits(&at, 2, '\0');
    }
    if (*at != '\0' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return false;
    }
    *ret_seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool real_day(int year, int month, int day)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Date and time to the second; moves *at behind it.  A leap second (60) counts as the next one. */
static bool date_time(const char **at, struct tm *ret, char *ret_between)
{
    int year = digits(at, 4, '-');
    int month = year < 0 ? -1 : digits(at, 2, '-');
    int day = month < 0 ? -1 : digits(at, 2, '\0');
    int hour = -1;
    int minute = -1;
    int second = -1;

    if (day < 0 || !real_day(year, month, day) || strchr("Tt ", **at) == NULL || **at == '\0') {
        return false;
    }
    *ret_between = *(*at)++;
    hour = digits(at, 2, ':');
    minute = hour < 0 ? -1 : digits(at, 2, ':');
    second = minute < 0 ? -1 : digits(at, 2, '\0');
    if (second < 0 || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *ret = (struct tm){ .tm_year = year - 1900,
                        .tm_mon = month - 1,
                        .tm_mday = day,
                        .tm_hour = hour,
                        .tm_min = minute,
                        .tm_sec = second };
    return true;
}

int clock_parse(const char *text, int64_t *ret_us, struct fail *f)
{
    const char *at = text;
    struct tm utc = { 0 };
    char between = '\0';
    int64_t east_s = 0;
    int us = 0;

    if (!date_time(&at, &utc, &between)) {
        return fail_set(f, FAIL_INPUT, "'%.40s' is not a time", text);
    }
    us = fraction(&at);
    if (us < 0 || (!(between == ' ' && *at == '\0') && !offset(at, &east_s))) {
        return fail_set(f, FAIL_INPUT, "'%.40s' is not a time", text);
    }
    *ret_us = ((int64_t)timegm(&utc) - east_s) * US_PER_S + us;
    return 0;
}
