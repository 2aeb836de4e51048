package dev.polyserve.cli.operation;

/// The first process of a container: with its end all others of the container end, and processes whose parents have ended become
/// its children (pid_namespaces(7)).
public final class FirstProcess {
    /// Its number, as every process of the container sees it.
    public static final long PID = 1;
    /// Why no other program can take its place, and what helps.
    public static final String WHY_NO_RESTART = "it is process 1, with whose end the container ends, and the new program too:"
            + " start the container anew, or start it with an init (docker run --init)";
    /// What it does not do for the processes that become its children, and what helps.
    public static final String WHAT_STAYS = "this is process 1, which does not reap what a program of exec leaves behind outside"
            + " of its process group: that stays as a zombie after its end; start the container with an init (docker run --init)";

    private FirstProcess() {}

    /// Whether this process is the first one.
    public static boolean isThis() {
        return ProcessHandle.current().pid() == PID;
    }
}
