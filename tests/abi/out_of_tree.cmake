# From nothing to a running plugin: installs the headers into a directory of their own, has `senecactl plugin new` write a
# plugin in C++ and one in C, and builds and tests both against that with CMake, the one in C with pkg-config too.
file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/prefix)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --component headers --prefix ${prefix})

foreach(language cpp c)
  set(project ${WORK}/in-${language})
  set(flag "")
  if(language STREQUAL c)
    set(flag --c)
  endif()
  run(${SENECACTL} plugin new in-${language} --directory ${project} ${flag})
  run(${CMAKE_COMMAND} -S ${project} -B ${project}/build -DCMAKE_PREFIX_PATH=${prefix} -DSENECACTL=${SENECACTL}
      -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
      "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Werror" "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror")
  run(${CMAKE_COMMAND} --build ${project}/build)
  run(${CMAKE_CTEST_COMMAND} --test-dir ${project}/build --output-on-failure --no-tests=error)
endforeach()

set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
execute_process(COMMAND ${PKG_CONFIG} --cflags seneca-plugin OUTPUT_VARIABLE flags
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
run(${C_COMPILER} -std=c11 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden ${flags}
    ${WORK}/in-c/in_c.c -o ${WORK}/by-pkg-config.so)
run(${SENECACTL} plugin test ${WORK}/by-pkg-config.so --config @${WORK}/in-c/golden/first.config.json
    --input ${WORK}/in-c/golden/first.in.jsonl --expect ${WORK}/in-c/golden/first.out.jsonl)
