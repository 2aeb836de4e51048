package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import dev.polyserve.bench.process.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/// An endpoint without a listener, for a contender to listen on.
///
/// @param endpoint the endpoint
/// @param cleanup removes the files that were created for it
record FreeEndpoint(Endpoint endpoint, Runnable cleanup) {
    private static final String HOST = "127.0.0.1";

    static FreeEndpoint find(LoadTransport transport) throws IOException {
        return switch (transport) {
            case TCP -> new FreeEndpoint(new Endpoint.Tcp(HOST, FreePort.tcp()), () -> {});
            case UDP -> new FreeEndpoint(new Endpoint.Udp(HOST, FreePort.udp()), () -> {});
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
