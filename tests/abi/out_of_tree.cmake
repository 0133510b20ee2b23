# Installs the headers into a directory of their own, builds the template against that with CMake and a plugin in C
# with pkg-config, and has the relay's loader run both.
file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/prefix)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --component headers --prefix ${prefix})

# From a copy, so that nothing of the source tree can be found from there.
file(COPY ${prefix}/share/seneca/plugin-template/ DESTINATION ${WORK}/template)
run(${CMAKE_COMMAND} -S ${WORK}/template -B ${WORK}/template/build -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER})
run(${CMAKE_COMMAND} --build ${WORK}/template/build)

set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
execute_process(COMMAND ${PKG_CONFIG} --cflags seneca-plugin OUTPUT_VARIABLE flags
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
run(${C_COMPILER} -std=c11 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden ${flags}
    ${SOURCES}/tests/abi/c_plugin.c -o ${WORK}/c_plugin.so)

run(${LOADER} ${WORK}/template/build/my-filter.so ${WORK}/c_plugin.so)
