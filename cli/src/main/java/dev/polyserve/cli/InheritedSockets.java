package dev.polyserve.cli;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.linux.activation.Activation;
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

/// The sockets that this process has inherited and a server is to serve, looked at before anything begins.
///
/// @param found what they are; empty in a worker process, whose supervisor has looked
/// @param all whether the server serves nothing else
record InheritedSockets(List<InheritedSocket.Found> found, boolean all) {
    private static final int INPUT = 0;
    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /// All that a service manager has handed down, for a server that names no endpoint.
    static List<Endpoint> endpoints() {
        return Activation.ofThisProcess().endpoints();
    }

    /// What of these is inherited.
    ///
    /// @throws ExitException when one of them cannot be served, or one that was inherited is not among them
    static InheritedSockets among(List<Endpoint> endpoints) {
        if (Server.isWorker()) {
            return new InheritedSockets(List.of(), false);
        }
        List<InheritedSocket> forgotten = Activation.ofThisProcess().notServedBy(endpoints);
        if (!forgotten.isEmpty()) {
            InheritedSocket first = forgotten.getFirst();
            throw ExitException.wrong("the inherited socket " + first
                    + " is served by nobody, and its clients would wait"
                    + " for ever: add --listen " + first.asEndpoint() + ", or leave it out where it comes from");
        }
        List<InheritedSocket.Found> found = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        boolean all = true;
        for (Endpoint endpoint : endpoints) {
            if (endpoint instanceof Endpoint.Inherited inherited) {
                for (InheritedSocket.Found one : look(inherited)) {
                    if (!seen.add(one.descriptor())) {
                        throw ExitException.wrong("descriptor " + one.descriptor() + " is listened at twice, the second"
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

    private static List<InheritedSocket.Found> look(Endpoint.Inherited endpoint) {
        try {
            return Activation.look(endpoint);
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    /// Where they really are.
    List<Endpoint> real() {
        return found.stream().map(InheritedSocket.Found::endpoint).toList();
    }

    /// How many connections there are to serve, after which there is nothing more to do; 0 when others may come.
    int onlyConnections() {
        boolean only = all && found.stream().allMatch(one -> one.kind() == InheritedSocket.Kind.CONNECTION);
        return only ? found.size() : 0;
    }

    /// Our standard streams without those that are a client: nothing of ours is for him to read, and what he says is not for our
    /// terminal. The log says nothing then, too.
    Stdio withoutClients(Stdio stdio, ConsoleLog log) {
        boolean silent = isAlso(ERRORS);
        if (silent) {
            log.mute();
        }
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        PrintStream err = silent ? nowhere : stdio.err();
        return new Stdio(isAlso(INPUT) ? InputStream.nullInputStream() : stdio.in(),
                isAlso(OUTPUT) ? err : stdio.out(), err);
    }

    /// Whether this descriptor is one of those sockets under another number, as inetd gives one as 0, 1 and 2: what is written
    /// there goes to the client.
    private boolean isAlso(int descriptor) {
        return !found.isEmpty() && found.stream().anyMatch(one -> one.descriptor() == descriptor
                || isSame(one.descriptor(), descriptor));
    }

    private static boolean isSame(int one, int other) {
        try {
            return Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(one)))
                    .equals(Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(other))));
        } catch (IOException e) {
            // Closed, or no /proc: then it cannot be told, and a closed one takes nothing.
            return false;
        }
    }
}
