/* Private to common/http: receiving an answer, judging an address.  Threads: as http.h. */
#pragma once

#include <sys/socket.h>

#include "common/http/http.h"

/* libcurl's callbacks for response headers and body; `user` is the struct http_response. */
size_t http_take_header(char *line, size_t one, size_t size, void *user);
/* The body: stops the transfer (0) when it is longer than the request allows. */
size_t http_take_body(char *bytes, size_t one, size_t size, void *user);

/* Milliseconds that a Retry-After value (seconds, perhaps with a fraction, or an HTTP date) asks for at now_us; 0 when it
 * asks for nothing or cannot be read; a day at most. */
int64_t http_retry_after_ms(const char *value, int64_t now_us);

/* An address anybody on the internet could have: not of this machine, of a local or carrier network, of a test or
 * documentation range, nor one that only wraps such an IPv4 address.  What is neither IPv4 nor IPv6 is none. */
bool http_address_public(const struct sockaddr *address);
