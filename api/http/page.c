/* The status page: embedded files.  Everything it shows it asks the API for, with the key that the person typed in. */
#include "api/http/resources.h"

#include "api/http/reply.h"
#include "api/page.h"

static const char page_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static int give(struct reply *re, const struct embedded *file, const char *type)
{
    re->status = 200;
    re->type = type;
    re->csp = page_csp;
    str_add_bytes(&re->body, file->text, file->size_bytes);
    return 0;
}

int get_page(struct request *rq, struct reply *re, struct fail *f)
{
    (void)rq;
    (void)f;
    return give(re, &api_page_index, "text/html; charset=utf-8");
}

int get_page_script(struct request *rq, struct reply *re, struct fail *f)
{
    (void)rq;
    (void)f;
    return give(re, &api_page_app, "text/javascript; charset=utf-8");
}

int get_page_products(struct request *rq, struct reply *re, struct fail *f)
{
    (void)rq;
    (void)f;
    return give(re, &api_page_products, "text/javascript; charset=utf-8");
}

int get_page_style(struct request *rq, struct reply *re, struct fail *f)
{
    (void)rq;
    (void)f;
    return give(re, &api_page_style, "text/css; charset=utf-8");
}
