# The tests play Marcus writing its database.
target_link_libraries(seneca_ingest_tests PRIVATE SQLite::SQLite3)
