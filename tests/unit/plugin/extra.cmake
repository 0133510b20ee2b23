add_dependencies(seneca_plugin_tests seneca_fixture_plugins topic-filter conflate dedupe enrich redact throttle window)
target_compile_definitions(seneca_plugin_tests PRIVATE
  FIXTURE_PLUGINS="${CMAKE_CURRENT_BINARY_DIR}/fixtures/plugins"
  BUILT_PLUGINS="${CMAKE_BINARY_DIR}/lib/seneca/plugins"
  PLUGIN_SOURCES="${CMAKE_SOURCE_DIR}/plugins")
if(TARGET lua)
  add_dependencies(seneca_plugin_tests lua)
  target_compile_definitions(seneca_plugin_tests PRIVATE WITH_LUA)
endif()
