# The text models' client against the sandbox, and the desk that asks it, with Postgres and Redis; included by CMakeLists.txt.
dropship_integration_test(ai_sandbox_test SOURCES ai_sandbox_test.c sandbox.c LIBS dropship_ai)
foreach(test ai_desk ai_desk_models)
  dropship_integration_test(${test}_test SOURCES ${test}_test.c ai_desk_rig.c sandbox.c LIBS worker_fixture)
endforeach()
foreach(test ai_sandbox_test ai_desk_test ai_desk_models_test)
  target_compile_definitions(${test} PRIVATE SANDBOX_MAIN="${CMAKE_SOURCE_DIR}/tests/sandbox/main.mjs")
endforeach()
