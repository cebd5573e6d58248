# Tests of the text models' client; included by CMakeLists.txt.
foreach(test ai_judge ai_body ai_call)
  dropship_unit_test(${test}_test SOURCES ${test}_test.c LIBS dropship_ai)
endforeach()
# Nothing is sent and nobody waits: HTTP and the clock are replaced at link time.
target_link_options(ai_call_test PRIVATE -Wl,--wrap=http_call,--wrap=clock_sleep_ms,--wrap=clock_mono_ms)
