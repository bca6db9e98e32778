# Loaded by `racecourse replay --debugger gdb`: stops where the program says that a step matters, says which it is, and
# shows the line of the program's own code that the thread is at.

import gdb


def is_own(frame):
    """True for a frame of the program itself: neither a library's nor ours."""
    symtab = frame.find_sal().symtab
    if symtab is None or symtab.objfile.filename.startswith(("/usr/", "/lib")):
        return False
    name = symtab.fullname()
    return not (name.startswith(("/usr/", "/framework/")) or "/framework/include/" in name or "/framework/testing/" in name)


def show_step():
    frame = gdb.newest_frame()
    text = gdb.parse_and_eval("(const char*)$rdi").string()
    gdb.write("\n" + text + "\n")
    while frame is not None and not is_own(frame):
        frame = frame.older()
    if frame is not None:
        frame.select()
        gdb.execute("frame")


stop = gdb.Breakpoint("*racecourse_step_of_interest", internal=True)
stop.silent = True
stop.commands = "python show_step()"
