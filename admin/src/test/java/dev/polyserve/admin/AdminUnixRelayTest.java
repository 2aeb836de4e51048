package dev.polyserve.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AdminUnixRelayTest {
    @TempDir
    private Path directory = Path.of(".");

    @Test
    void curlReadsTheStatusOverAUnixSocket() throws Exception {
        assumeTrue(isInstalled("curl"), "needs curl");
        Path path = directory.resolve("admin");
        try (Server server = server(); Admin admin = Admin.start(server, "unix:" + path)) {
            assertThat(admin.endpoint()).isEqualTo(new Endpoint.Unix(path));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
            assertThat(curl(path, "http://admin/status")).startsWith("{\"pid\":" + ProcessHandle.current().pid());
            // Several requests over one connection, one of them large.
            assertThat(curl(path, "http://admin/ready", "http://admin/metrics", "http://admin/health"))
                    .startsWith("ready\n").contains("polyserve_generation 0.0").endsWith("healthy\n");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void anOldSocketIsReplacedAndOtherFilesAreNot() throws Exception {
        Path path = directory.resolve("admin");
        try (Server server = server()) {
            try (ServerSocketChannel old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                old.bind(UnixDomainSocketAddress.of(path));
                assertThatThrownBy(() -> Admin.start(server, "unix:" + path)).isInstanceOf(IOException.class)
                        .hasMessageContaining("another process listens there");
            }
            Admin.start(server, "unix:" + path).close();
            Files.writeString(path, "x");
            assertThatThrownBy(() -> Admin.start(server, "unix:" + path)).isInstanceOf(IOException.class)
                    .hasMessageContaining("there is a file that is no socket");
            assertThat(path).hasContent("x");
        }
        assertThatThrownBy(() -> Admin.requireUsable(Endpoint.parse("unix:@name"), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyTheRelayReachesTheHttpServer() throws Exception {
        Path path = directory.resolve("admin");
        try (Server server = server();
                Admin admin = Admin.start(server, "unix:" + path);
                Socket other = new Socket(InetAddress.getLoopbackAddress(), admin.port())) {
            other.getOutputStream()
                    .write("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(other.getInputStream().readAllBytes()).isEmpty();
        }
    }

    private static Server server() throws IOException {
        return Server.at("tcp://127.0.0.1:0").model(Model.nio()).handle(_ -> {
        }).start();
    }

    private static String curl(Path socket, String... addresses) throws Exception {
        var command = Stream.concat(Stream.of("curl", "-s", "-m", "10", "--unix-socket", socket.toString()),
                Stream.of(addresses)).toList();
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
