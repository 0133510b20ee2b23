add_dependencies(seneca_server_tests seneca_fixture_plugins topic-filter)
target_link_libraries(seneca_server_tests PRIVATE nlohmann_json::nlohmann_json)
target_compile_definitions(seneca_server_tests PRIVATE
  FIXTURE_PLUGINS="${CMAKE_CURRENT_BINARY_DIR}/fixtures/plugins"
  BUILT_PLUGINS="${CMAKE_BINARY_DIR}/lib/seneca/plugins")
