# The tests compress what the relay decompresses.
target_link_libraries(seneca_codec_tests PRIVATE PkgConfig::ZSTD ZLIB::ZLIB)
