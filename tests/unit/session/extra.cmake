target_compile_definitions(seneca_session_tests PRIVATE
  SENECA_GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden/wire")
