package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Common network tools talk to the command line's services.
@Order(1)
@Timeout(60)
class NetworkToolsTest {
    private static final String SAID = "hello\n你好\n\nlast without an ending";
    private static final String ANSWERED = "HELLO\n你好\n\nLAST WITHOUT AN ENDING";
    private static final int TOOL_SECONDS = 20;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void talkOverTcp(String model) throws Exception {
        try (CommandLine server = serve(model, "tcp://127.0.0.1:0")) {
            String port = Integer.toString(server.port());
            answered("nc", "nc", "-N", "127.0.0.1", port);
            answered("ncat", "ncat", "127.0.0.1", port);
            answered("socat", "socat", "-t", "10", "-", "TCP:127.0.0.1:" + port);
            // The shell has no half-close: it sends one line and reads one.
            assertThat(said("bash", "", "bash", "-c",
                    "exec 3<>/dev/tcp/127.0.0.1/" + port + "; echo shell >&3; read -r answer <&3; echo \"$answer\""))
                    .isEqualTo("SHELL\n");
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void talkOverAUnixSocket(String model) throws Exception {
        Path socket = directory.resolve("up.sock");
        try (CommandLine _ = serve(model, "unix:" + socket)) {
            answered("socat", "socat", "-t", "10", "-", "UNIX-CONNECT:" + socket);
            answered("nc", "nc", "-N", "-U", socket.toString());
        }
        assertThat(socket).doesNotExist();
    }

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void talkOverUdp(String model) throws Exception {
        try (CommandLine server = serve(model, "udp://127.0.0.1:0")) {
            // Datagrams have no end: socat exits when it has the whole answer.
            int bytes = ANSWERED.getBytes(StandardCharsets.UTF_8).length;
            answered("socat", "socat", "-t", "10", "-", "UDP:127.0.0.1:" + server.port() + ",readbytes=" + bytes);
        }
    }

    /// Each tool binds a file of its own, because a reply needs an address.
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"epoll", "epoll-et"})
    void talkByUnixDatagrams(String model) throws Exception {
        Path socket = directory.resolve("up.sock");
        try (CommandLine _ = serve(model, "unixgram:" + socket)) {
            answeredAtOnce("socat", "socat", "-t", "10", "-",
                    "UNIX-SENDTO:" + socket + ",bind=" + directory.resolve("own"));
            answered("nc", "nc", "-u", "-U", "-W", "1", socket.toString());
        }
        assertThat(socket).doesNotExist();
    }

    private CommandLine serve(String model, String endpoint) throws Exception {
        return CommandLine.serve(directory, "upper", "--listen", endpoint, "--model", model);
    }

    private void answered(String program, String... command) throws Exception {
        assertThat(said(program, SAID, command)).as(program).isEqualTo(ANSWERED);
    }

    /// For a tool that waits for more, although it has the whole answer.
    private void answeredAtOnce(String program, String... command) throws Exception {
        Process tool = start(program, SAID, command);
        try {
            int bytes = ANSWERED.getBytes(StandardCharsets.UTF_8).length;
            assertThat(new String(tool.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8)).as(program)
                    .isEqualTo(ANSWERED);
        } finally {
            tool.destroyForcibly();
        }
    }

    /// Starts a tool with the given input.
    private Process start(String program, String typed, String... command) throws Exception {
        Requirements.program(program);
        Process tool = new ProcessBuilder(command).redirectError(directory.resolve("tool-errors").toFile()).start();
        tool.getOutputStream().write(typed.getBytes(StandardCharsets.UTF_8));
        tool.getOutputStream().close();
        return tool;
    }

    /// The output of a tool for the given input.
    private String said(String program, String typed, String... command) throws Exception {
        Process tool = start(program, typed, command);
        try {
            String shown = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(tool.waitFor(TOOL_SECONDS, TimeUnit.SECONDS)).as(program + " has ended").isTrue();
            return shown;
        } finally {
            tool.destroyForcibly();
        }
    }
}
