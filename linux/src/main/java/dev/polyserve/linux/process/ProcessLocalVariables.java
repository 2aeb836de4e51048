package dev.polyserve.linux.process;

import java.util.List;
import java.util.stream.Stream;

/// What an environment says to one process alone. A program that this one starts would take it for its own: it would serve
/// another's sockets, or report itself ready in another's place.
///
/// **Thread**: any.
public final class ProcessLocalVariables {
    /// Which sockets a service manager hands down (sd_listen_fds(3)).
    public static final List<String> SOCKETS = List.of("LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES");
    /// Which process is to say that it still lives (sd_watchdog_enabled(3)).
    public static final String WATCHED = "WATCHDOG_PID";
    /// Who is to report how it is, and to whom (sd_notify(3)).
    public static final List<String> REPORTS = List.of("NOTIFY_SOCKET", WATCHED, "WATCHDOG_USEC");
    /// All that a service manager says.
    public static final List<String> OF_MANAGER = Stream.concat(SOCKETS.stream(), REPORTS.stream()).toList();
    /// That it is to take over from the program that has started it.
    public static final String TAKES_OVER = "POLYSERVE_RESTART";

    private ProcessLocalVariables() {}
}
