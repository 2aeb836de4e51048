package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.HostResolver;
import dev.polyserve.linux.socket.OpenSocketInfo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The sockets of this process that listen or receive, by their bound endpoints. They are found among its open files,
/// because the JDK's channels do not expose their descriptors.
final class BoundSocketScan {
    private final Map<Endpoint, Integer> numbers = new HashMap<>();

    private BoundSocketScan() {}

    static BoundSocketScan now() throws IOException {
        BoundSocketScan found = new BoundSocketScan();
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

    private void look(int number) throws IOException {
        OpenSocketInfo open;
        try {
            open = OpenSocketInfo.of(new Endpoint.Inherited(Integer.toString(number)), number);
        } catch (BindFailedException _) {
            // Most files are not sockets that can be served.
            return;
        }
        switch (open.kind()) {
            case LISTENER, DATAGRAMS -> numbers.putIfAbsent(key(open.endpoint()), number);
            case CONNECTION -> {
                // A connection of a client, or one that this process has opened.
            }
        }
    }

    /// The endpoint in a unique form, with the address in the place of a host name.
    private static Endpoint key(Endpoint real) throws IOException {
        return switch (real) {
            case Endpoint.Tcp tcp ->
                new Endpoint.Tcp(host(HostResolver.resolve(tcp, tcp.host(), tcp.port())), tcp.port());
            case Endpoint.Tls tls -> key(tls.tcp());
            case Endpoint.Udp udp ->
                new Endpoint.Udp(host(HostResolver.resolve(udp, udp.host(), udp.port())), udp.port());
            case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> real;
        };
    }

    private static String host(InetSocketAddress inet) {
        return inet.getAddress().isAnyLocalAddress() ? "*" : Endpoint.textOf(inet.getAddress());
    }

    /// The descriptor of the socket that is bound to this endpoint.
    ///
    /// @param real an endpoint with its real port
    /// @throws IOException when there is no such socket
    int at(Endpoint real) throws IOException {
        Integer number = numbers.get(key(real));
        if (number == null) {
            throw new IOException("the socket of " + real + " is not among the open files of this process");
        }
        return number;
    }
}
