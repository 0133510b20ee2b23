# Fails when PROGRAM prints anything but the file GOLDEN.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${GOLDEN} golden)
if(NOT printed STREQUAL golden)
  message(FATAL_ERROR "the ABI's layout is not that of ${GOLDEN}:\n${printed}\n"
                      "Existing lines must never change; append members and add their lines.")
endif()
