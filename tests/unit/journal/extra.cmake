target_sources(seneca_journal_tests PRIVATE unit/journal/recording_vfs.cpp)
target_link_libraries(seneca_journal_tests PRIVATE SQLite::SQLite3)
