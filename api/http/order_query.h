/* Which orders are asked for: the fields ORDER_FIELDS of a route (routes.c) as parameters of the queries that find orders, so
 * that a list and its file agree.  Threads: any. */
#pragma once

enum { ORDER_QUERY_BYTES = 24 };

struct request;

/* Each text is a parameter as the queries take it; NULL = any. */
struct order_query {
    const char *states;  /* text[] */
    const char *q;       /* part of name or e-mail, or a whole tracking number */
    const char *since;   /* not before, microseconds */
    const char *until;   /* before, microseconds */
    const char *reason;  /* hold code */
    const char *country; /* ISO 3166 */
    const char *risk;
    const char *problem;  /* "true": only those with a problem; never NULL */
    const char *cost;     /* "unknown" or "unread" */
    const char *currency; /* ISO 4217 */
    char state_text[ORDER_QUERY_BYTES], since_text[ORDER_QUERY_BYTES],
        until_text[ORDER_QUERY_BYTES];
};

/* Fill *ret from the request's checked fields.  Its texts are borrowed from the request and from *ret itself: it must not be
 * copied, and not outlive the request. */
void order_query_read(const struct request *rq, struct order_query *ret);
