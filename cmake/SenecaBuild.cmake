# Compiler settings every target shares, and the helper that declares one relay folder as one target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

find_program(SENECA_CCACHE ccache)
if(SENECA_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${SENECA_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SENECA_CCACHE})
endif()
find_program(SENECA_LLD ld.lld)
if(SENECA_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(seneca_warnings INTERFACE)
target_compile_options(seneca_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow
                       $<$<BOOL:${SENECA_WERROR}>:-Werror>
                       # gcc 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105329).
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(SENECA_SANITIZE)
  add_compile_options(-fsanitize=${SENECA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SENECA_SANITIZE})
endif()

# seneca_component(NAME [SOURCES...] [DEPENDS other components...] [LIBRARIES external targets...])
#
# One folder of relay/ is one static library `seneca_<name>`. Everything is included by its path below relay/
# ("event/event.h"). tests/layering_test checks that DEPENDS and the #include lines agree and point one way.
function(seneca_component name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  if(ARG_SOURCES)
    add_library(seneca_${name} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(seneca_${name} PRIVATE seneca_warnings)
  else()
    add_library(seneca_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(seneca_${name} ${scope} ${PROJECT_SOURCE_DIR}/relay)
  list(TRANSFORM ARG_DEPENDS PREPEND seneca_)
  target_link_libraries(seneca_${name} ${scope} ${ARG_DEPENDS})
  if(ARG_SOURCES)
    target_link_libraries(seneca_${name} PRIVATE ${ARG_LIBRARIES})
  endif()
endfunction()
