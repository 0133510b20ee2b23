# seneca_add_plugin(NAME SOURCES...)
#
# A Seneca plugin: the shared object NAME.so that exports its seneca_plugin_v1 and nothing else. C11 and C++17 or
# later; every other symbol is hidden, and a call to something no library provides fails at link time.
include_guard(GLOBAL)

function(seneca_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE SenecaPlugin::headers)
  target_compile_features(${name} PRIVATE cxx_std_17 c_std_11)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX .so
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  # A sanitizer's runtime comes from the executable.
  get_directory_property(link_options LINK_OPTIONS)
  if(NOT "${link_options} ${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
  endif()
endfunction()
