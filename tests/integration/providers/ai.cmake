# The text models' client against the sandbox, and the desk that asks it, with Postgres and Redis; included by CMakeLists.txt.
dropship_integration_test(ai_sandbox_test SOURCES ai_sandbox_test.c sandbox.c LIBS dropship_ai)
dropship_integration_test(ai_desk_test SOURCES ai_desk_test.c sandbox.c LIBS worker_fixture)
foreach(test ai_sandbox_test ai_desk_test)
  target_compile_definitions(${test} PRIVATE SANDBOX_MAIN="${CMAKE_SOURCE_DIR}/tests/sandbox/main.mjs")
endforeach()
