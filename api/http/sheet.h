/* Rows of a result as CSV (RFC 4180) or as JSON objects.  Text that a spreadsheet would run as a formula (=, +, -, @, tab or
 * carriage return first) gets an apostrophe in front: customers and suppliers write what is exported.  Numbers stay numbers.
 * Pure functions; any thread. */
#pragma once

#include <libpq-fe.h>

#include "common/base/str.h"

/* The line of column names, ended by CR LF. */
void sheet_csv_names(const PGresult *rows, struct str *out);
/* One row; SQL NULL is an empty field, an empty text is "". */
void sheet_csv_row(const PGresult *rows, int row, struct str *out);
/* One row as a JSON object: numbers, booleans and JSON as they are, instants in RFC 3339, NULL as null. */
void sheet_json_row(const PGresult *rows, int row, struct str *out);
