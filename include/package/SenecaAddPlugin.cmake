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

# seneca_add_plugin_tests(NAME [DIRECTORY])
#
# A test for each CASE.in.jsonl in DIRECTORY, "golden" by default: `senecactl plugin test` walks its events through the
# plugin NAME, configured by CASE.config.json if there is one, and what comes out must be CASE.out.jsonl. Called after
# enable_testing(); SENECACTL says which senecactl, else the one in PATH.
function(seneca_add_plugin_tests name)
  set(directory golden)
  if(ARGC GREATER 1)
    set(directory ${ARGV1})
  endif()
  if(NOT SENECACTL)
    find_program(SENECACTL senecactl)
  endif()
  if(NOT SENECACTL)
    message(STATUS "${name}: no golden tests, as senecactl is not in PATH; set SENECACTL to its path")
    return()
  endif()
  get_filename_component(directory ${directory} ABSOLUTE)
  file(GLOB inputs CONFIGURE_DEPENDS ${directory}/*.in.jsonl)
  foreach(input ${inputs})
    string(REGEX REPLACE "[.]in[.]jsonl$" "" case ${input})
    get_filename_component(case_name ${case} NAME)
    set(config "{}")
    if(EXISTS ${case}.config.json)
      set(config @${case}.config.json)
    endif()
    add_test(NAME plugin.${name}.${case_name}
             COMMAND ${SENECACTL} plugin test $<TARGET_FILE:${name}> --config ${config} --input ${input}
                     --expect ${case}.out.jsonl)
  endforeach()
endfunction()
