package dev.polyserve.linux.activation;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.linux.process.NonInheritedVariables;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.system.CLibrary;
import dev.polyserve.linux.system.SystemCalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The sockets that a service manager has passed to this process: `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES`
/// (sd_listen_fds(3)).
///
/// Servers resolve `fd:N` and `fd:NAME` without this class; a program uses it to serve all inherited sockets, or to
/// check that it serves all. Several sockets may have the same name.
///
/// **Thread**: any.
public final class SocketActivation {
    private static final System.Logger LOG = System.getLogger("dev.polyserve");
    private static final int FIRST = 3;
    private static final String UNNAMED = "unknown";
    private static final int MOST = 4096;

    private final List<InheritedSocket> sockets;
    private final Optional<String> warning;

    private SocketActivation(List<InheritedSocket> sockets, Optional<String> warning) {
        this.sockets = sockets;
        this.warning = warning;
    }

    /// The activation of this process: read once, with any warning logged once, and its names registered for servers.
    public static SocketActivation ofThisProcess() {
        return OfThisProcess.ACTIVATION;
    }

    /// Parses these variables for the process with this number.
    static SocketActivation of(Map<String, String> environment, long pid) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        String forProcess = environment.getOrDefault("LISTEN_PID", "");
        if (count.isEmpty()) {
            return none(Optional.empty());
        }
        if (!forProcess.equals(Long.toString(pid))) {
            return none(Optional.of("LISTEN_FDS is for process " + (forProcess.isEmpty() ? "(none)" : forProcess)
                    + " and this is " + pid + ", so no socket is inherited; a script that starts the program has to do"
                    + " so with exec"));
        }
        if (!count.matches("[0-9]{1,5}") || Integer.parseInt(count) > MOST) {
            return none(Optional.of("LISTEN_FDS is '" + count + "' and no number of sockets, so none is inherited"));
        }
        return named(Integer.parseInt(count), environment.get("LISTEN_FDNAMES"));
    }

    private static SocketActivation none(Optional<String> warning) {
        return new SocketActivation(List.of(), warning);
    }

    private static SocketActivation named(int count, @Nullable String names) {
        List<String> each = names == null ? List.of() : List.of(names.split(":", -1));
        boolean fits = each.size() == count;
        List<InheritedSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(new InheritedSocket(FIRST + i, fits && !each.get(i).isEmpty() ? each.get(i) : UNNAMED));
        }
        return new SocketActivation(List.copyOf(sockets), names == null || fits
                ? Optional.empty()
                : Optional.of("LISTEN_FDNAMES has " + each.size() + " names for " + count
                        + " sockets, so they have none"));
    }

    /// The inherited sockets, in the order in which they were passed.
    public List<InheritedSocket> sockets() {
        return sockets;
    }

    /// The reason in one sentence why sockets or names were ignored; it was logged. Empty when all is well.
    public Optional<String> warning() {
        return warning;
    }

    /// Endpoints for all inherited sockets: `fd:3`, `fd:4` and so on.
    public List<Endpoint> endpoints() {
        return sockets.stream().map(InheritedSocket::asEndpoint).toList();
    }

    /// The sockets that none of these endpoints names, by number or by name. No server would accept there, and clients
    /// would wait for ever: a program should refuse to start.
    public List<InheritedSocket> notServedBy(Collection<Endpoint> endpoints) {
        Set<String> served = new TreeSet<>();
        for (Endpoint endpoint : endpoints) {
            if (endpoint instanceof Endpoint.Inherited(String name)) {
                served.add(name);
            }
        }
        return sockets.stream()
                .filter(socket -> !served.contains(socket.name()) && !served.contains(socket.number())).toList();
    }

    /// Resolves an inherited endpoint to the one or several sockets that it names; also for descriptors that no
    /// variable mentions, such as inetd's 0.
    ///
    /// @throws IOException in one sentence when no socket has that name, or it cannot be served
    public static List<InheritedSocket.Found> look(Endpoint.Inherited endpoint) throws IOException {
        Optional<String> noCalls = SystemCalls.whyNot();
        if (noCalls.isPresent()) {
            throw new IOException("cannot listen at " + endpoint + ": " + noCalls.get());
        }
        SocketActivation _ = ofThisProcess();
        List<Integer> numbers = PreopenedSockets.ofThisProcess().numbers(endpoint);
        if (numbers.isEmpty()) {
            throw new IOException("cannot listen at " + endpoint
                    + ": no socket of that name was inherited; see LISTEN_FDNAMES");
        }
        List<InheritedSocket.Found> found = new ArrayList<>();
        for (int number : numbers) {
            found.add(InheritedSocket.Found.at(endpoint, number));
        }
        return Collections.unmodifiableList(found);
    }

    /// Removes the variables from the environment that child programs inherit: a child would take another process's
    /// sockets, or report itself ready in its place. A child with an explicit environment needs [#forget(Map)] instead.
    public static void forgetForChildren() {
        List<String> present = NonInheritedVariables.OF_MANAGER.stream()
                .filter(variable -> System.getenv(variable) != null)
                .toList();
        // Checked last: the first check links the system calls, which most servers do not need at start.
        if (!present.isEmpty() && SystemCalls.whyNot().isEmpty()) {
            present.forEach(CLibrary::unsetEnvironment);
        }
    }

    /// Removes the variables from an environment for another program.
    public static void forget(Map<String, String> environment) {
        environment.keySet().removeAll(NonInheritedVariables.OF_MANAGER);
    }

    private static final class OfThisProcess {
        private static final SocketActivation ACTIVATION = of(System.getenv(), whose());

        static {
            // A worker receives its sockets from its supervisor, which has logged the warning. A name of digits would
            // hide the descriptor of that number.
            if (!Server.isWorker()) {
                ACTIVATION.warning.ifPresent(warning -> LOG.log(System.Logger.Level.WARNING, warning));
                ACTIVATION.sockets.stream().filter(socket -> !socket.name().matches("[0-9]+"))
                        .forEach(socket -> PreopenedSockets.ofThisProcess().name(socket.name(), socket.descriptor()));
            }
        }

        /// The process for which the variables are meant. A worker process runs the program of its supervisor and must
        /// resolve the same endpoints, so it reads its supervisor's variables.
        private static long whose() {
            ProcessHandle here = ProcessHandle.current();
            return Server.isWorker() ? here.parent().orElse(here).pid() : here.pid();
        }
    }
}
