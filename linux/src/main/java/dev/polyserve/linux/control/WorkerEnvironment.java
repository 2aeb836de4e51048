package dev.polyserve.linux.control;

import dev.polyserve.linux.socket.SeqpacketSocket;
import java.io.IOException;
import java.util.Map;

/// How a started program finds out that it is a worker: the environment variable, the descriptor of its
/// [WorkerControlChannel], and the exit status of a worker that can never serve.
///
/// **Thread**: any.
public final class WorkerEnvironment {
    /// The exit status of a worker when no other worker would do better (EX_CONFIG of `sysexits.h`).
    public static final int FATAL = 78;

    /// The variable that names the channel's descriptor. A program that a worker starts inherits the variable but not
    /// the channel, and so does not become a worker. After the supervisor's death a worker has both, but no supervisor.
    private static final String VARIABLE = "POLYSERVE_WORKER";

    private WorkerEnvironment() {}

    /// Adds the variable to the environment of a program, which then runs as a worker.
    public static void addTo(Map<String, String> environment) {
        environment.put(VARIABLE, Integer.toString(SeqpacketSocket.INHERITED));
    }

    /// True when this process was started as a worker.
    public static boolean isWorker() {
        return Here.IS_WORKER;
    }

    /// The channel to the supervisor, in a worker; call once.
    public static WorkerControlChannel channel() throws IOException {
        return new WorkerControlChannel(SeqpacketSocket.inherited());
    }

    /// Determined once.
    private static final class Here {
        private static final boolean IS_WORKER = SeqpacketSocket.isInherited(VARIABLE);
    }
}
