package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// An endpoint without a listener, for a contender to listen on.
///
/// @param endpoint the endpoint
/// @param cleanup removes the files that were created for it
record FreeEndpoint(Endpoint endpoint, Runnable cleanup) {
    private static final String HOST = "127.0.0.1";
    /// Below the usual range of ephemeral ports, so that no client, least of all the load generator's, takes the port
    /// meanwhile.
    private static final int FIRST_PORT = 15_000;
    private static final int LAST_PORT = 32_000;
    private static final int TRIES = 200;

    static FreeEndpoint find(LoadTransport transport) throws IOException {
        return switch (transport) {
            case TCP -> new FreeEndpoint(new Endpoint.Tcp(HOST, freePort(FreeEndpoint::bindTcp)), () -> {});
            case UDP -> new FreeEndpoint(new Endpoint.Udp(HOST, freePort(FreeEndpoint::bindUdp)), () -> {});
            case UNIX -> {
                Path directory = Files.createTempDirectory("polyserve-bench-");
                yield new FreeEndpoint(new Endpoint.Unix(directory.resolve("socket")), () -> remove(directory));
            }
        };
    }

    /// An endpoint with a port of the contender's own choice, where it can choose.
    static FreeEndpoint chosenByContender(LoadTransport transport) throws IOException {
        return switch (transport) {
            case TCP -> new FreeEndpoint(new Endpoint.Tcp(HOST, 0), () -> {});
            case UDP -> new FreeEndpoint(new Endpoint.Udp(HOST, 0), () -> {});
            case UNIX -> find(transport);
        };
    }

    Map<String, String> environment() {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> Map.of("PORT", Integer.toString(tcp.port()));
            case Endpoint.Udp udp -> Map.of("PORT", Integer.toString(udp.port()));
            case Endpoint.Unix unix -> Map.of("SOCKET", unix.path().toString());
            case Endpoint.Tls _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> throw new IllegalStateException(
                    "not an endpoint of a contender: " + endpoint);
        };
    }

    /// Binds a port on all addresses.
    private interface PortBinding {
        void bind(int port) throws IOException;
    }

    private static int freePort(PortBinding binding) throws IOException {
        IOException last = new IOException("no port was tried");
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try {
                binding.bind(port);
                return port;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static void bindTcp(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(port));
        }
    }

    private static void bindUdp(int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(new InetSocketAddress(port));
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the directory " + directory + " cannot be removed", e);
        }
    }
}
