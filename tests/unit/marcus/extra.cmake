# Both plugins are tested as built, through the C ABI.
target_link_libraries(seneca_marcus_tests PRIVATE seneca_plugin seneca_ingest SQLite::SQLite3)
target_compile_definitions(seneca_marcus_tests PRIVATE
  SENECA_MARCUS_PLUGIN="$<TARGET_FILE:marcus>" SENECA_MARCUS_UI_PLUGIN="$<TARGET_FILE:marcus-ui>"
  SENECA_PLUGINS_DIR="${PROJECT_SOURCE_DIR}/plugins"
  SENECA_GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden/marcus")
add_dependencies(seneca_marcus_tests marcus marcus-ui)
