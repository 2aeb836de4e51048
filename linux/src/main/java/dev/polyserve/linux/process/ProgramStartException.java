package dev.polyserve.linux.process;

import dev.polyserve.linux.system.Errno;
import java.io.IOException;
import java.nio.file.Path;

/// A program could not be started; the message gives the reason and a remedy.
public final class ProgramStartException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    ProgramStartException(String program, int errno) {
        super("cannot start " + program + ": " + reason(errno));
        this.errno = errno;
    }

    ProgramStartException(String program, Path directory) {
        super("cannot start " + program + ": the directory that it is to work in, " + directory
                + ", is not there or is none");
        this.errno = Errno.ENOTDIR;
    }

    /// The system's error number.
    public int errno() {
        return errno;
    }

    /// True when the reason lies in the system's state rather than in the program, so that it may pass.
    public boolean mayPass() {
        return errno == Errno.EAGAIN || errno == Errno.ENOMEM;
    }

    private static String reason(int errno) {
        String text = Errno.text(errno);
        return switch (errno) {
            case Errno.ENOENT ->
                "there is no such program, neither as a path nor on the PATH, or what its first line names after #! is"
                        + " missing: " + text;
            case Errno.EACCES -> "it may not be executed by this user; make it executable (chmod +x): " + text;
            case Errno.ENOEXEC ->
                "it is neither a program for this processor nor a script whose first line begins with #!: " + text;
            case Errno.E2BIG -> "its arguments and its environment are too long for the system; shorten them: " + text;
            case Errno.EAGAIN ->
                "this user or its control group may have no more processes; raise that limit or serve fewer at once: "
                        + text;
            case Errno.ENOMEM -> "the system has no memory for one more process; serve fewer at once: " + text;
            default -> text;
        };
    }
}
