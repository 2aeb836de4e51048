package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.linux.activation.SocketActivation;
import dev.polyserve.linux.activation.InheritedSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The inherited sockets that the server is to serve, inspected before it starts.
///
/// @param found the sockets; empty in a worker process, because its supervisor inspects them
/// @param all true when the server serves only inherited sockets
record InheritedSockets(List<InheritedSocket.Found> found, boolean all) {
    private static final int INPUT = 0;
    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /// All sockets from a service manager, for a server without a configured endpoint.
    static List<Endpoint> endpoints() {
        return SocketActivation.ofThisProcess().endpoints();
    }

    /// Inspects the inherited sockets among these endpoints.
    ///
    /// @throws ExitException when one of them cannot be served, or an inherited socket is not among them
    static InheritedSockets among(List<Endpoint> endpoints) {
        if (Server.isWorker()) {
            return new InheritedSockets(List.of(), false);
        }
        List<InheritedSocket> forgotten = SocketActivation.ofThisProcess().notServedBy(endpoints);
        if (!forgotten.isEmpty()) {
            InheritedSocket first = forgotten.getFirst();
            throw ExitException.wrong("the inherited socket " + first
                    + " is not served, and its clients would wait"
                    + " forever: add --listen " + first.asEndpoint()
                    + ", or remove it from the service manager's configuration");
        }
        List<InheritedSocket.Found> found = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        boolean all = true;
        for (Endpoint endpoint : endpoints) {
            if (endpoint instanceof Endpoint.Inherited inherited) {
                for (InheritedSocket.Found one : inspect(inherited)) {
                    if (!seen.add(one.descriptor())) {
                        throw ExitException.wrong("descriptor " + one.descriptor() + " is used twice, the second"
                                + " time by " + endpoint + ": leave one of them out");
                    }
                    found.add(one);
                }
            } else {
                all = false;
            }
        }
        return new InheritedSockets(List.copyOf(found), all);
    }

    private static List<InheritedSocket.Found> inspect(Endpoint.Inherited endpoint) {
        try {
            return SocketActivation.look(endpoint);
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    /// The addresses that the sockets are bound to.
    List<Endpoint> real() {
        return found.stream().map(InheritedSocket.Found::endpoint).toList();
    }

    /// The number of connections after which the server has nothing left to do; 0 when more can arrive.
    int onlyConnections() {
        boolean only = all && found.stream().allMatch(one -> one.kind() == InheritedSocket.Kind.CONNECTION);
        return only ? found.size() : 0;
    }

    /// The standard streams, without those that are a client's socket: the client must not receive the program's
    /// output, and its data is not input of the program. When standard error is such a socket, the log is muted.
    StandardStreams withoutClients(StandardStreams stdio, ConsoleLog log) {
        boolean silent = isAlso(ERRORS);
        if (silent) {
            log.mute();
        }
        PrintStream discarded = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        PrintStream err = silent ? discarded : stdio.err();
        return new StandardStreams(isAlso(INPUT) ? InputStream.nullInputStream() : stdio.in(),
                isAlso(OUTPUT) ? err : stdio.out(), err);
    }

    /// True when this descriptor refers to one of those sockets, as with inetd, which passes one socket as 0, 1 and 2:
    /// output there would go to the client.
    private boolean isAlso(int descriptor) {
        return !found.isEmpty() && found.stream().anyMatch(one -> one.descriptor() == descriptor
                || isSame(one.descriptor(), descriptor));
    }

    private static boolean isSame(int one, int other) {
        try {
            return Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(one)))
                    .equals(Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(other))));
        } catch (IOException e) {
            // The descriptor is closed, or there is no /proc: the identity is unknown, and a closed descriptor accepts
            // no output.
            return false;
        }
    }
}
