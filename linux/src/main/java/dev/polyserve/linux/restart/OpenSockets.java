package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import dev.polyserve.io.Hosts;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SocketOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The sockets of this process that listen or receive, by where they are bound: found among its open files, because the JDK's
/// channels do not tell their descriptors.
final class OpenSockets {
    private final CallMemory memory = CallMemory.small();
    private final Map<Endpoint, Integer> numbers = new HashMap<>();

    private OpenSockets() {}

    /// Those that are open now.
    static OpenSockets now() throws IOException {
        OpenSockets found = new OpenSockets();
        for (int number : numbers()) {
            found.look(number);
        }
        return found;
    }

    private static List<Integer> numbers() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return new ArrayList<>(files.map(file -> Integer.valueOf(file.getFileName().toString())).sorted().toList());
        }
    }

    private void look(int number) {
        int type = SocketCalls.getOption(memory, number, SocketOption.SO_TYPE);
        boolean datagram = type == SocketCalls.DATAGRAM;
        boolean listens = type == SocketCalls.STREAM
                && SocketCalls.getOption(memory, number, SocketOption.SO_ACCEPTCONN) == 1;
        if ((!datagram && !listens) || !isOfOurs(number) || SocketCalls.getSockName(memory, number) < 0) {
            return;
        }
        SocketAddress address = SocketCalls.lastAddress(memory);
        switch (address) {
            case InetSocketAddress inet -> numbers.putIfAbsent(key(datagram, inet), number);
            case UnixDomainSocketAddress unix -> numbers.putIfAbsent(
                    datagram ? new Endpoint.UnixDatagram(unix.getPath()) : new Endpoint.Unix(unix.getPath()), number);
            default -> throw new IllegalStateException("no address of a family that was checked: " + address);
        }
    }

    private boolean isOfOurs(int number) {
        return switch (SocketCalls.getOption(memory, number, SocketOption.SO_DOMAIN)) {
            case SocketAddresses.AF_INET, SocketAddresses.AF_INET6, SocketAddresses.AF_UNIX -> true;
            default -> false;
        };
    }

    private static Endpoint key(boolean datagram, InetSocketAddress inet) {
        String host = inet.getAddress().isAnyLocalAddress() ? "*" : inet.getAddress().getHostAddress();
        return datagram ? new Endpoint.Udp(host, inet.getPort()) : new Endpoint.Tcp(host, inet.getPort());
    }

    /// The number of the socket that is bound there.
    ///
    /// @param real an endpoint with its real port
    /// @throws IOException when there is none
    int at(Endpoint real) throws IOException {
        Endpoint key = switch (real) {
            case Endpoint.Tcp tcp -> key(false, Hosts.resolve(tcp, tcp.host(), tcp.port()));
            case Endpoint.Udp udp -> key(true, Hosts.resolve(udp, udp.host(), udp.port()));
            case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> real;
        };
        Integer number = numbers.get(key);
        if (number == null) {
            throw new IOException("the socket of " + real + " is not among the open files of this process");
        }
        return number;
    }
}
