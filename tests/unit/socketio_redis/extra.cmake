target_compile_definitions(seneca_socketio_redis_tests PRIVATE
  SOCKETIO_REDIS_GOLDEN="${PROJECT_SOURCE_DIR}/plugins/socketio-redis/golden")
