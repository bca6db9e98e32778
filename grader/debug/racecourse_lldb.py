# Loaded by `racecourse replay --debugger lldb`: stops where the program says that a step matters, says which it is, and
# shows the line of the program's own code that the thread is at.

import lldb


def is_own(frame):
    """True for a frame of the program itself: neither a library's nor ours."""
    file = frame.GetLineEntry().GetFileSpec()
    if not file.IsValid() or frame.GetModule().GetFileSpec().fullpath.startswith(("/usr/", "/lib")):
        return False
    name = file.fullpath or ""
    return not (name.startswith(("/usr/", "/framework/")) or "/framework/include/" in name or "/framework/testing/" in name)


def show_step(frame, location, extra_arguments, internal_dict):
    thread = frame.GetThread()
    error = lldb.SBError()
    address = frame.FindRegister("rdi").GetValueAsUnsigned()
    print("\n" + thread.GetProcess().ReadCStringFromMemory(address, 1024, error))
    return True


class OwnFrame:
    """A stop hook: selects the program's own frame when one of our steps is reached."""

    def __init__(self, target, extra_arguments, internal_dict):
        pass

    def handle_stop(self, context, stream):
        thread = context.GetThread()
        if not thread.IsValid() or thread.GetFrameAtIndex(0).GetFunctionName() != "racecourse_step_of_interest":
            return True
        for frame in thread.frames:
            if is_own(frame):
                thread.SetSelectedFrame(frame.GetFrameID())
                stream.Print(str(frame) + "\n")
                break
        return True


def __lldb_init_module(debugger, internal_dict):
    target = debugger.GetSelectedTarget()
    stop = target.BreakpointCreateByName("racecourse_step_of_interest")
    stop.SetScriptCallbackFunction("racecourse_lldb.show_step")
    debugger.HandleCommand("target stop-hook add -P racecourse_lldb.OwnFrame")
