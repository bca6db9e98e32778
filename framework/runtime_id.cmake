# Writes into the engine's object file what it is, the hash of itself, so that a program can tell whether another has the
# very same engine (execution/joined_program.h).
file(SHA256 ${OBJECT} id)
file(WRITE ${OBJECT}.id "${id}")
execute_process(COMMAND ${OBJCOPY} --update-section racecourse_id=${OBJECT}.id ${OBJECT} COMMAND_ERROR_IS_FATAL ANY)
