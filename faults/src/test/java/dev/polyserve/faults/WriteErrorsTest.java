package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 23: `write` on a connection fails.
@Timeout(60)
class WriteErrorsTest {
    private static final List<String> FATAL = List.of("EPIPE", "ECONNRESET", "ENOBUFS");
    private static final int BYTES = 200_000;
    private static final int BLOCK_BYTES = 4096;

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_THAT_CALL)
    void aWriteThatIsRetriedLosesNoByte(Mode mode) throws Exception {
        byte[] sent = new byte[BYTES];
        new Random(42).nextBytes(sent);
        Settings.of(mode).test(server -> {
            try (Client client = Client.of(server)) {
                client.converses();
                try (SystemCallInjection injection = SystemCallInjection.onSocket(server, inode(server, client),
                        mode.calls().write(), "EAGAIN", "2+3")) {
                    for (int from = 0; from < BYTES; from += BLOCK_BYTES) {
                        byte[] block = Arrays.copyOfRange(sent, from, Math.min(BYTES, from + BLOCK_BYTES));
                        client.send(block);
                        assertThat(client.read(block.length)).isEqualTo(block);
                    }
                    assertThat(injection.calls()).as("writes that failed").anyMatch(SystemCallInjection.Call::injected);
                }
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_THAT_CALL)
    void aSocketThatCannotBeWrittenIsClosedOnceAndQuietly(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            for (String error : FATAL) {
                try (Client client = Client.of(server)) {
                    client.converses();
                    try (SystemCallInjection injection = SystemCallInjection.onSocket(server, inode(server, client),
                            mode.calls().write(), error, "1+")) {
                        client.send("ping\n");
                        client.seesTheEnd();
                        assertThat(injection.calls()).as("writes").hasSize(1);
                    }
                }
                Eventually.holds(() -> assertThat(server.count("inside")).isZero());
            }
            assertThat(server.count("failed")).isZero();
            assertThat(server.log()).as("log").isEmpty();
        });
    }

    /// The inode of the server's socket of the client's connection.
    private static String inode(ServerProcess server, Client client) throws Exception {
        String local = ":%04X".formatted(server.address().getPort());
        String peer = ":%04X".formatted(client.port());
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.strip().split(" +", -1);
                if (columns.length > 9 && columns[1].endsWith(local) && columns[2].endsWith(peer)) {
                    return columns[9];
                }
            }
        }
        throw new AssertionError("/proc lists no connection from port " + client.port());
    }
}
