# dropship_embed(TARGET HEADER PREFIX FILES...): compile text files into the static library TARGET.
# Each FILES entry `dir/name.ext` becomes `extern const struct embedded <PREFIX>_<name>` in the generated header HEADER
# (path below the build's gen/ folder).  Global property DROPSHIP_QUERIES collects the symbols of all queries,
# DROPSHIP_QUERY_LIBRARIES the libraries they are in.
#  C17 promises only 4095 characters to a string literal, hence byte arrays.
set(DROPSHIP_EMBED_ONE ${CMAKE_CURRENT_LIST_DIR}/embed_one.cmake)

function(dropship_embed target header prefix)
  if(NOT ARGN)
    add_library(${target} INTERFACE)
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/gen/${header} CONTENT "/* Nothing embedded yet. */\n#pragma once\n")
    return()
  endif()
  set(sources)
  set(text "/* Generated. */\n#pragma once\n#include \"common/base/embedded.h\"\n")
  foreach(file IN LISTS ARGN)
    get_filename_component(in ${file} ABSOLUTE)
    get_filename_component(stem ${file} NAME_WE)
    set(symbol ${prefix}_${stem})
    set(out ${CMAKE_BINARY_DIR}/gen/embedded/${symbol}.c)
    file(STRINGS ${in} included REGEX "^-- include: ")
    get_filename_component(folder ${in} DIRECTORY)
    list(TRANSFORM included REPLACE "^-- include: " "${folder}/")
    add_custom_command(OUTPUT ${out}
      COMMAND ${CMAKE_COMMAND} -DIN=${in} -DOUT=${out} -DNAME=${symbol} -P ${DROPSHIP_EMBED_ONE}
      DEPENDS ${in} ${included} ${DROPSHIP_EMBED_ONE} COMMENT "Embedding ${symbol}" VERBATIM)
    list(APPEND sources ${out})
    if(file MATCHES "\\.sql$" AND NOT prefix STREQUAL "sql_migration")
      set_property(GLOBAL APPEND PROPERTY DROPSHIP_QUERIES ${symbol}) # one test prepares them all
    endif()
    string(APPEND text "extern const struct embedded ${symbol};\n")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/gen/${header} CONTENT "${text}")
  if(ARGN MATCHES "\\.sql" AND NOT prefix STREQUAL "sql_migration")
    set_property(GLOBAL APPEND PROPERTY DROPSHIP_QUERY_LIBRARIES ${target})
  endif()
  add_library(${target} STATIC ${sources})
  target_link_libraries(${target} PUBLIC dropship_flags)
endfunction()
