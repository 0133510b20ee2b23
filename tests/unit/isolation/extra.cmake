add_dependencies(seneca_isolation_tests seneca_fixture_plugins seneca_shipped_plugins seneca-plugin-host)
target_compile_definitions(seneca_isolation_tests PRIVATE
  FIXTURE_PLUGINS="${CMAKE_CURRENT_BINARY_DIR}/fixtures/plugins"
  BUILT_PLUGINS="${CMAKE_BINARY_DIR}/lib/seneca/plugins"
  PLUGIN_HOST="$<TARGET_FILE:seneca-plugin-host>")
if(SENECA_SANITIZE)
  target_compile_definitions(seneca_isolation_tests PRIVATE SENECA_SANITIZED)
endif()
