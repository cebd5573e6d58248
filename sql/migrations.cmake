# Applied in this order, never changed once landed (their checksums are kept in the database); to change the schema add a file.
set(MIGRATIONS
  0001_first_flow
  0002_follow_up
  0003_watching
  0004_lookups
  0005_dead_archive
  0006_outcomes
  0007_discovery
  0008_product_lookups
  0009_books
  0010_sessions
  0011_ops
  0012_trade
  0014_money_reads
  0015_job_history
  0016_ops_undo
  0017_approval_variant
  0018_trade_lists
  0019_cost_open
  0021_scale
  0022_totals
  0023_range
)

set(files ${MIGRATIONS})
list(TRANSFORM files REPLACE "(.+)" "migrations/\\1.sql")
dropship_embed(sql_migration_texts sql/migrations.h sql_migration ${files})

set(rows "")
foreach(name IN LISTS MIGRATIONS)
  string(REGEX MATCH "^[0-9]+" digits ${name})
  math(EXPR number "1${digits} - 10000")
  string(APPEND rows "    { ${number}, &sql_migration_${name} },\n")
endforeach()
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/gen/sql/migrations_list.c CONTENT
"/* Generated. */
#include \"common/db/migrate.h\"
#include \"sql/migrations.h\"

const struct migration migrations[] = {
${rows}    { 0, NULL },
};
")
add_library(sql_migrations STATIC ${CMAKE_BINARY_DIR}/gen/sql/migrations_list.c)
target_link_libraries(sql_migrations PUBLIC dropship_flags sql_migration_texts PkgConfig::PQ)
