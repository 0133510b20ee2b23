target_link_libraries(seneca_config_tests PRIVATE nlohmann_json::nlohmann_json)
target_compile_definitions(seneca_config_tests PRIVATE
  SENECA_GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden" SENECA_MAN_DIR="${PROJECT_SOURCE_DIR}/man")
