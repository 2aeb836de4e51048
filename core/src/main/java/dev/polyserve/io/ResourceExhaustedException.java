package dev.polyserve.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// This process, or its system, lacks what an outgoing connection needs, such as a descriptor. It says nothing about the server.
///
/// The message is a sentence without the endpoint: the reason, and the remedy.
public final class ResourceExhaustedException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param why the reason and the remedy
    public ResourceExhaustedException(String why, @Nullable IOException cause) {
        super(why, cause);
    }

    /// No socket can be opened.
    ///
    /// @param cause what the system says
    public static ResourceExhaustedException noSocket(IOException cause) {
        return new ResourceExhaustedException("this process cannot open another socket (" + cause.getMessage()
                + "); raise its limit of open files (ulimit -n), or allow fewer connections", cause);
    }

    /// A connection cannot be begun.
    ///
    /// @param cause what the system says
    public static ResourceExhaustedException noMemory(IOException cause) {
        return new ResourceExhaustedException("the system has no memory for another connection (" + cause.getMessage()
                + "); allow fewer connections, or give the machine more memory", cause);
    }

    /// An open socket cannot be watched.
    ///
    /// @param cause what the system says
    public static ResourceExhaustedException noWatch(IOException cause) {
        return new ResourceExhaustedException("this process cannot watch another socket (" + cause.getMessage()
                + "); allow fewer connections", cause);
    }
}
