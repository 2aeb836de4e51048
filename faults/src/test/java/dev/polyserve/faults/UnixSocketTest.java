package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 45: the files that may be at the path of a Unix socket, before and after.
@Timeout(60)
class UnixSocketTest {
    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.UNIX_LISTENERS)
    void theFileOfAKilledServerIsReplacedAndRemovedAtTheEnd(Mode mode) throws Exception {
        Path path = directory.resolve("sock");
        try (ServerProcess killed = serve(mode, path)) {
            killed.handle().destroyForcibly();
            killed.awaitExit(Duration.ofSeconds(10));
        }
        assertThat(path).exists();
        try (ServerProcess server = serve(mode, path)) {
            requireServed(path);
            assertThat(server.ask("close")).isEqualTo("closed");
            assertThat(path).doesNotExist();
        }
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.UNIX_LISTENERS)
    void aLiveServersFileIsNotTaken(Mode mode) throws Exception {
        Path path = directory.resolve("sock");
        try (ServerProcess _ = serve(mode, path)) {
            try (ServerProcess second = serve(mode, path)) {
                assertThat(second.greeting()).startsWith("refused cannot listen at unix:" + path)
                        .contains("another server listens there");
            }
            requireServed(path);
        }
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.UNIX_LISTENERS)
    void otherFilesAreKept(Mode mode) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "precious");
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nowhere"));
        Path toFile = Files.createSymbolicLink(directory.resolve("link"), file);
        for (Path taken : List.of(file, folder, dangling, toFile)) {
            try (ServerProcess server = serve(mode, taken)) {
                assertThat(server.greeting()).startsWith("refused cannot listen at unix:" + taken)
                        .contains("is not a socket");
            }
            assertThat(Files.exists(taken, LinkOption.NOFOLLOW_LINKS)).as(taken + " is still there").isTrue();
        }
        assertThat(file).hasContent("precious");
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.UNIX_LISTENERS)
    void aFileOfAnotherProgramIsKeptAtTheEnd(Mode mode) throws Exception {
        Path path = directory.resolve("sock");
        try (ServerProcess server = serve(mode, path)) {
            Files.delete(path);
            try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                other.bind(UnixDomainSocketAddress.of(path));
                assertThat(server.ask("close")).isEqualTo("closed");
                assertThat(path).exists();
            }
        }
    }

    private static ServerProcess serve(Mode mode, Path path) throws Exception {
        return ServerProcess.start(Settings.of(mode).with("listen", "unix:" + path));
    }

    private static void requireServed(Path path) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            client.write(StandardCharsets.US_ASCII.encode("ping"));
            ByteBuffer answer = ByteBuffer.allocate("ping".length());
            while (answer.hasRemaining()) {
                assertThat(client.read(answer)).as("bytes read").isPositive();
            }
            assertThat(StandardCharsets.US_ASCII.decode(answer.flip()).toString()).isEqualTo("ping");
        }
    }
}
