# Tests of the text models' client; included by CMakeLists.txt.
foreach(test ai_judge ai_body ai_call)
  dropship_unit_test(${test}_test SOURCES ${test}_test.c LIBS dropship_ai)
endforeach()
# Nothing is sent and nobody waits: HTTP and the clock are replaced at link time.
target_link_libraries(ai_call_test PRIVATE test_faults)
target_link_options(ai_call_test PRIVATE -Wl,--wrap=http_call,--wrap=clock_sleep_ms,--wrap=clock_mono_ms)

# Prints what the client sends; tests/contract holds it against the providers' own client libraries.
add_executable(ai_requests ${CMAKE_SOURCE_DIR}/tests/contract/ai_requests.c
  ${CMAKE_SOURCE_DIR}/worker/discovery/write_prompt.c)
target_link_libraries(ai_requests PRIVATE dropship_flags dropship_ai)
target_link_options(ai_requests PRIVATE -Wl,--wrap=http_call)
