package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.cli.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A command has the environment that the well-known servers with one process per connection provide.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class CommandEnvironmentTest {
    private static final int WAIT_MILLIS = 30_000;
    private static final List<String> UCSPI = List.of("PROTO", "TCPLOCALIP", "TCPLOCALPORT", "TCPREMOTEIP",
            "TCPREMOTEPORT");

    /// The variables of socket activation, which must be absent: the connection is descriptors 0 and 1.
    private static final String[] LISTEN_VARIABLES = {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"};

    @TempDir
    private Path directory;

    /// The environment of a command.
    ///
    /// @param environment the variables
    /// @param clientPort the port of its client
    private record Found(Map<String, String> environment, int clientPort) {}

    private static Found ask(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(WAIT_MILLIS);
            String told = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> all = new TreeMap<>();
            Arrays.stream(told.split("\0", -1)).filter(pair -> pair.indexOf('=') > 0).forEach(
                    pair -> all.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1)));
            return new Found(all, socket.getLocalPort());
        }
    }

    private Found ours() throws Exception {
        try (CommandLine server = CommandLine.serve(directory, "exec", "--listen", "tcp://127.0.0.1:0", "--", "env",
                "-0")) {
            Found found = ask(server.port());
            assertThat(found.environment).containsEntry("TCPREMOTEPORT", Integer.toString(found.clientPort))
                    .containsEntry("TCPLOCALPORT", Integer.toString(server.port()))
                    .containsEntry("REMOTE_PORT", Integer.toString(found.clientPort));
            return found;
        }
    }

    private static Found theirs(String program, Function<String, List<String>> command) throws Exception {
        Requirements.program(program);
        int port = FreePort.find();
        Process server = new ProcessBuilder(command.apply(Integer.toString(port)))
                .redirectError(ProcessBuilder.Redirect.DISCARD).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            return askWhenReady(port);
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static Found askWhenReady(int port) throws Exception {
        Eventually.holds(() -> {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                // The server listens.
            } catch (ConnectException e) {
                throw new AssertionError("no server listens yet", e);
            }
        });
        Found found = ask(port);
        assertThat(found.environment).isNotEmpty();
        return found;
    }

    private static void assertSame(Found ours, Found theirs) {
        for (String name : UCSPI) {
            assertThat(theirs.environment).containsKey(name);
            if (!name.endsWith("PORT")) {
                assertThat(ours.environment).containsEntry(name, theirs.environment.get(name));
            }
        }
        assertThat(theirs.environment).containsEntry("TCPREMOTEPORT", Integer.toString(theirs.clientPort));
    }

    @Test
    void matchesTcpserver() throws Exception {
        assertSame(ours(), theirs("tcpserver", port -> List.of("tcpserver", "-HR", "-l0", "127.0.0.1", port, "env",
                "-0")));
    }

    @Test
    void matchesTcpsvd() throws Exception {
        assertSame(ours(), theirs("tcpsvd", port -> List.of("tcpsvd", "-l0", "127.0.0.1", port, "env", "-0")));
    }

    @Test
    void matchesSocat() throws Exception {
        Found ours = ours();
        Found socats = theirs("socat", port -> List.of("socat", "TCP-LISTEN:" + port + ",fork,bind=127.0.0.1",
                "EXEC:env -0"));
        assertThat(ours.environment).containsEntry("REMOTE_ADDR", socats.environment.get("SOCAT_PEERADDR"));
        assertThat(socats.environment).containsEntry("SOCAT_PEERPORT", Integer.toString(socats.clientPort));
    }

    @Test
    void matchesSystemd() throws Exception {
        Found ours = ours();
        Found systemds = theirs("systemd-socket-activate", port -> List.of("systemd-socket-activate", "-a", "--inetd",
                "-l", "127.0.0.1:" + port, "env", "-0"));
        // Only some versions set the client's address; the port differs in each run.
        systemds.environment.keySet().stream().filter(name -> !name.equals("REMOTE_PORT"))
                .filter(ours.environment::containsKey).forEach(name -> assertThat(ours.environment)
                        .containsEntry(name, systemds.environment.get(name)));
        assertThat(systemds.environment).containsKey("PATH").doesNotContainKeys(LISTEN_VARIABLES);
        assertThat(ours.environment).containsKey("PATH").doesNotContainKeys(LISTEN_VARIABLES);
    }

    @Test
    void containsNoOtherVariableOfTheServer() throws Exception {
        assertThat(ours().environment.keySet()).isSubsetOf("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ",
                "LANG", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
                "PROTO", "TCPREMOTEIP", "TCPREMOTEPORT", "TCPLOCALIP", "TCPLOCALPORT", "REMOTE_ADDR", "REMOTE_PORT");
    }
}
