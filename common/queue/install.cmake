# dropship_queue for other programs: one archive of the queue and what it stands on, the public headers, and what
# find_package needs.  cmake --install BUILD --component dropship_queue --prefix P
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(dropship_queue_archive STATIC
  $<TARGET_OBJECTS:dropship_queue> $<TARGET_OBJECTS:queue_lua> $<TARGET_OBJECTS:dropship_redis> $<TARGET_OBJECTS:dropship_base>)
set_target_properties(dropship_queue_archive PROPERTIES OUTPUT_NAME dropship_queue LINKER_LANGUAGE C
  ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/archive)

set(DROPSHIP_QUEUE_MODULES hiredis jansson libcrypto)
if(HIREDIS_SSL_FOUND)
  list(APPEND DROPSHIP_QUEUE_MODULES hiredis_ssl libssl)
endif()
list(JOIN DROPSHIP_QUEUE_MODULES " " DROPSHIP_QUEUE_MODULES)

set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/dropship_queue)
configure_package_config_file(dropship_queue-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/dropship_queue-config.cmake
  INSTALL_DESTINATION ${folder} PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/dropship_queue-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)

# What dropship_queue.h includes, directly or not; a test compiles each alone.  Left out knowingly: *_priv.h and what builds on them
# (entries.h and find.h, whose public side queue_find is in queue.h), and words.h.
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/dropship_queue)
install(FILES dropship_queue.h DESTINATION ${headers} COMPONENT dropship_queue)
install(FILES archive.h bulk.h cancel.h job.h lists.h metrics.h pressure.h queue.h scale.h search.h serving.h standby.h unique.h work.h
  DESTINATION ${headers}/common/queue COMPONENT dropship_queue)
install(FILES ../redis/redis.h DESTINATION ${headers}/common/redis COMPONENT dropship_queue)
install(FILES ../base/attr.h ../base/clock.h ../base/embedded.h ../base/fail.h ../base/id.h ../base/str.h
  DESTINATION ${headers}/common/base COMPONENT dropship_queue)
install(TARGETS dropship_queue_archive ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dropship_queue)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/dropship_queue-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/dropship_queue-config-version.cmake DESTINATION ${folder} COMPONENT dropship_queue)
