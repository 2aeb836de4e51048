package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.process.ProcFiles;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Finds the processes that listen on an endpoint of this machine: the socket in the kernel's tables, then every
/// process with a descriptor for it.
final class ListeningProcesses {
    private static final String TCP_LISTENS = "0A";
    private static final String UDP_IS_BOUND = "07";
    private static final String UNIX_LISTENS = "00010000";
    private static final int UNIX_PATH = 7;
    /// systemd holds the sockets of servers that it starts on demand.
    private static final long INIT = 1;

    private ListeningProcesses() {}

    /// The processes that hold the listener; none when it is on another machine, or their descriptors may not be read.
    static ContenderProcesses processes(Endpoint endpoint) {
        Set<String> links = sockets(endpoint).map(inode -> "socket:[" + inode + "]").collect(Collectors.toSet());
        if (links.isEmpty()) {
            return ContenderProcesses.unknown();
        }
        return new ContenderProcesses(ProcFiles.processes().stream().filter(pid -> pid != INIT && holds(pid, links))
                .map(ProcessHandle::of).flatMap(Optional::stream).collect(Collectors.toSet()));
    }

    private static boolean holds(long pid, Set<String> links) {
        String process = Long.toString(pid);
        return ProcFiles.names(process, "fd").orElse(List.of()).stream()
                .anyMatch(number -> ProcFiles.link(process, "fd", number).filter(links::contains).isPresent());
    }

    private static Stream<String> sockets(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> internet("tcp", TCP_LISTENS, tcp.host(), tcp.port());
            case Endpoint.Udp udp -> internet("udp", UDP_IS_BOUND, udp.host(), udp.port());
            case Endpoint.Unix unix ->
                rows("unix", UNIX_PATH + 1).filter(row -> isAt(row, unix.path())).map(row -> row[6]);
            case Endpoint.Tls _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> Stream.of();
        };
    }

    private static boolean isAt(String[] row, Path path) {
        return row.length > UNIX_PATH && row[3].equals(UNIX_LISTENS)
                && Path.of(row[UNIX_PATH]).toAbsolutePath().equals(path.toAbsolutePath());
    }

    private static Stream<String> internet(String protocol, String state, String host, int port) {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
            if (!address.isLoopbackAddress() && NetworkInterface.getByInetAddress(address) == null) {
                return Stream.of();
            }
        } catch (UnknownHostException | SocketException e) {
            return Stream.of();
        }
        return Stream.of(protocol, protocol + "6").flatMap(table -> rows(table, 0))
                .filter(row -> row[3].equals(state) && listensAt(row[1], address, port)).map(row -> row[9]);
    }

    /// The fields of each row of a table, without the heading.
    ///
    /// @param most the maximum number of fields, for a last field that may contain blanks
    private static Stream<String[]> rows(String table, int most) {
        return ProcFiles.text("net", table).orElse("").lines().skip(1).map(row -> row.strip().split("\\s+", most));
    }

    /// True when a local address as the table prints it (`0100007F:1F90`) receives what is sent to the given address.
    static boolean listensAt(String local, InetAddress address, int port) {
        int colon = local.indexOf(':');
        if (Integer.parseInt(local.substring(colon + 1), 16) != port) {
            return false;
        }
        try {
            InetAddress bound = InetAddress.getByAddress(bytes(local.substring(0, colon)));
            return bound.isAnyLocalAddress() || bound.equals(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("not an address of 4 or 16 bytes: " + local, e);
        }
    }

    /// The table prints an address as 32-bit words in the native byte order.
    private static byte[] bytes(String hex) {
        ByteBuffer shown = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        ByteBuffer address = ByteBuffer.allocate(shown.capacity()).order(ByteOrder.nativeOrder());
        while (shown.hasRemaining()) {
            address.putInt(shown.getInt());
        }
        return address.array();
    }
}
