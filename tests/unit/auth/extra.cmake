target_link_libraries(seneca_auth_tests PRIVATE OpenSSL::Crypto)
