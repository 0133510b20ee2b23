add_dependencies(seneca_pipeline_tests seneca_fixture_plugins topic-filter)
target_compile_definitions(seneca_pipeline_tests PRIVATE
  FIXTURE_PLUGINS="${CMAKE_CURRENT_BINARY_DIR}/fixtures/plugins"
  BUILT_PLUGINS="${CMAKE_BINARY_DIR}/lib/seneca/plugins")
