target_compile_definitions(seneca_cli_tests PRIVATE SENECA_MAN_DIR="${PROJECT_SOURCE_DIR}/man")
