package dev.polyserve.linux.activation;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.linux.process.ProcessLocalVariables;
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

/// Which sockets a service manager has handed to this process: `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES`
/// (sd_listen_fds(3)).
///
/// Servers find them as `fd:N` and `fd:NAME` by themselves; a program asks here to serve all that there are, or to make sure
/// that it serves all. Several may have one name.
///
/// **Thread**: any.
public final class Activation {
    private static final System.Logger LOG = System.getLogger("dev.polyserve");
    private static final int FIRST = 3;
    private static final String UNNAMED = "unknown";
    private static final int MOST = 4096;

    private final List<InheritedSocket> sockets;
    private final Optional<String> warning;

    private Activation(List<InheritedSocket> sockets, Optional<String> warning) {
        this.sockets = sockets;
        this.warning = warning;
    }

    /// That of this process: read once, warned of once, and its names made known to servers.
    public static Activation ofThisProcess() {
        return OfThisProcess.ACTIVATION;
    }

    /// What these variables mean to the process with this number.
    static Activation of(Map<String, String> environment, long pid) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        String forWhom = environment.getOrDefault("LISTEN_PID", "");
        if (count.isEmpty()) {
            return none(Optional.empty());
        }
        if (!forWhom.equals(Long.toString(pid))) {
            return none(Optional.of("LISTEN_FDS is for process " + (forWhom.isEmpty() ? "(none)" : forWhom)
                    + " and this is " + pid + ", so no socket is inherited; a script that starts the program has to do"
                    + " so with exec"));
        }
        if (!count.matches("[0-9]{1,5}") || Integer.parseInt(count) > MOST) {
            return none(Optional.of("LISTEN_FDS is '" + count + "' and no number of sockets, so none is inherited"));
        }
        return named(Integer.parseInt(count), environment.get("LISTEN_FDNAMES"));
    }

    private static Activation none(Optional<String> warning) {
        return new Activation(List.of(), warning);
    }

    private static Activation named(int count, @Nullable String names) {
        List<String> each = names == null ? List.of() : List.of(names.split(":", -1));
        boolean fits = each.size() == count;
        List<InheritedSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(new InheritedSocket(FIRST + i, fits && !each.get(i).isEmpty() ? each.get(i) : UNNAMED));
        }
        return new Activation(List.copyOf(sockets), names == null || fits
                ? Optional.empty()
                : Optional.of("LISTEN_FDNAMES has " + each.size() + " names for " + count
                        + " sockets, so they have none"));
    }

    /// The sockets, in their order.
    public List<InheritedSocket> sockets() {
        return sockets;
    }

    /// Why there are fewer than somebody may have meant, in one sentence; it was logged.
    public Optional<String> warning() {
        return warning;
    }

    /// Endpoints for all of them: `fd:3`, `fd:4` and so on.
    public List<Endpoint> endpoints() {
        return sockets.stream().map(InheritedSocket::asEndpoint).toList();
    }

    /// Those of which no endpoint speaks, by number or by name. Nobody would accept there, and clients would wait for ever:
    /// a program should refuse to start.
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

    /// What is behind an inherited endpoint, which names one socket or several; also of descriptors that no variable speaks of,
    /// as inetd's 0.
    ///
    /// @throws IOException in one sentence when there is none of that name, or it cannot be served
    public static List<InheritedSocket.Found> look(Endpoint.Inherited endpoint) throws IOException {
        Optional<String> noCalls = SystemCalls.whyNot();
        if (noCalls.isPresent()) {
            throw new IOException("cannot listen at " + endpoint + ": " + noCalls.get());
        }
        Activation _ = ofThisProcess();
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

    /// Lets programs that this one starts see nothing of it: each would take another's sockets, or report itself ready, as its
    /// own. Those that get an environment made by hand need [#forget(Map)] instead.
    public static void forgetForChildren() {
        List<String> present = ProcessLocalVariables.OF_MANAGER.stream()
                .filter(variable -> System.getenv(variable) != null)
                .toList();
        // Asked last: the first who asks pays for linking, which most servers need not do as they start.
        if (!present.isEmpty() && SystemCalls.whyNot().isEmpty()) {
            present.forEach(CLibrary::unsetEnvironment);
        }
    }

    /// Removes what it is about from an environment for another program.
    public static void forget(Map<String, String> environment) {
        environment.keySet().removeAll(ProcessLocalVariables.OF_MANAGER);
    }

    private static final class OfThisProcess {
        private static final Activation ACTIVATION = of(System.getenv(), whose());

        static {
            // A worker gets them from its supervisor, who has warned. A name of digits would hide that descriptor.
            if (!Server.isWorker()) {
                ACTIVATION.warning.ifPresent(warning -> LOG.log(System.Logger.Level.WARNING, warning));
                ACTIVATION.sockets.stream().filter(socket -> !socket.name().matches("[0-9]+"))
                        .forEach(socket -> PreopenedSockets.ofThisProcess().name(socket.name(), socket.descriptor()));
            }
        }

        /// A worker process runs the program of its supervisor and comes to the same endpoints, so it reads what is its
        /// supervisor's.
        private static long whose() {
            ProcessHandle here = ProcessHandle.current();
            return Server.isWorker() ? here.parent().orElse(here).pid() : here.pid();
        }
    }
}
