# dropship_module(NAME SOURCES a.c b.c DEPENDS lower_module PkgConfig::X)
# One static library per module, linking only what lies below it.
function(dropship_module name)
  cmake_parse_arguments(M "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${M_SOURCES})
  target_link_libraries(${name} PUBLIC dropship_flags ${M_DEPENDS})
endfunction()

# dropship_program(NAME SOURCES main.c ... DEPENDS module ...)
function(dropship_program name)
  cmake_parse_arguments(P "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${P_SOURCES})
  target_link_libraries(${name} PRIVATE dropship_flags ${P_DEPENDS})
endfunction()
