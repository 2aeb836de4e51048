package dev.polyserve.linux.process;

import java.util.List;
import java.util.stream.Stream;

/// Environment variables that are meant for one process alone. A child program that inherits them would apply them to
/// itself: it would serve another process's sockets, or report itself ready in its place.
///
/// **Thread**: any.
public final class NonInheritedVariables {
    /// The sockets that a service manager passes (sd_listen_fds(3)).
    public static final List<String> SOCKETS = List.of("LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES");
    /// The process that must report that it is alive (sd_watchdog_enabled(3)).
    public static final String WATCHED = "WATCHDOG_PID";
    /// The socket for reports to the service manager, and the process that must send them (sd_notify(3)).
    public static final List<String> REPORTS = List.of("NOTIFY_SOCKET", WATCHED, "WATCHDOG_USEC");
    /// All variables of a service manager.
    public static final List<String> OF_MANAGER = Stream.concat(SOCKETS.stream(), REPORTS.stream()).toList();
    /// Set when the process is to take over from the program that has started it.
    public static final String TAKES_OVER = "POLYSERVE_RESTART";

    private NonInheritedVariables() {}
}
