target_compile_definitions(seneca_session_tests PRIVATE
  SENECA_GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden/wire")
add_dependencies(seneca_session_tests seneca_fixture_plugins)
target_compile_definitions(seneca_session_tests PRIVATE FIXTURE_PLUGINS="${CMAKE_CURRENT_BINARY_DIR}/fixtures/plugins")
