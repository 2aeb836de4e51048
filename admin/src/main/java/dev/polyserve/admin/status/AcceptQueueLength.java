package dev.polyserve.admin.status;

import dev.polyserve.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The length of the accept queue of a TCP endpoint, from `/proc/net/tcp`: for a listener, the receive queue counts
/// connections (as in `ss -l`).
///
/// **Thread**: any.
///
/// @param endpoint the endpoint
/// @param waiting number of connections in the queue
public record AcceptQueueLength(Endpoint endpoint, long waiting) {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String LISTENS = "0A";
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final int QUEUES = 4;
    private static final int HEXADECIMAL = 16;

    /// The queues of these endpoints that are known.
    public static List<AcceptQueueLength> of(List<Endpoint> endpoints) {
        List<AcceptQueueLength> queues = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            int port = switch (endpoint) {
                case Endpoint.Tcp tcp -> tcp.port();
                case Endpoint.Tls tls -> tls.port();
                case Endpoint.Udp _, Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> -1;
            };
            long waiting = port < 0
                    ? -1
                    : TABLES.stream().mapToLong(table -> waiting(table, port)).max().orElse(-1);
            if (waiting >= 0) {
                queues.add(new AcceptQueueLength(endpoint, waiting));
            }
        }
        return queues;
    }

    /// Reads the listeners, which the kernel lists first: a table with many connections is long.
    ///
    /// @return a negative number when the table has no such listener, or does not exist
    private static long waiting(Path table, int port) {
        long waiting = -1;
        try (BufferedReader lines = Files.newBufferedReader(table)) {
            String headings = lines.readLine();
            String line = headings == null ? null : lines.readLine();
            while (line != null) {
                String[] fields = line.strip().split("\\s+", QUEUES + 2);
                if (fields.length <= QUEUES || !fields[STATE].equals(LISTENS)) {
                    break;
                }
                if (after(fields[LOCAL]) == port) {
                    waiting = Math.max(waiting, after(fields[QUEUES]));
                }
                line = lines.readLine();
            }
        } catch (IOException e) {
            // Not on Linux: the length is unknown, and reported as unknown.
            return -1;
        }
        return waiting;
    }

    private static long after(String pair) {
        return Long.parseLong(pair.substring(pair.indexOf(':') + 1), HEXADECIMAL);
    }
}
