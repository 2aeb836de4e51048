package dev.polyserve.cli.operation;

/// Tells whether this process is the first one of a container. The end of that process ends all processes of the
/// container, and orphaned processes become its children (pid_namespaces(7)).
public final class InitProcessCheck {
    /// Its process id within the container.
    public static final long PID = 1;
    /// Why it cannot be replaced by another program, and what to do.
    public static final String WHY_NO_RESTART = "it is process 1, and its exit would end the container with the new program:"
            + " restart the container, or start it with an init (docker run --init)";
    /// What it does not do for orphans that become its children, and what to do.
    public static final String WHAT_STAYS = "this is process 1, which does not reap orphans of exec's programs outside"
            + " their process groups: they remain as zombies; start the container with an init (docker run --init)";

    private InitProcessCheck() {}

    /// True when this process is the first one.
    public static boolean isThis() {
        return ProcessHandle.current().pid() == PID;
    }
}
