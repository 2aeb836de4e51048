package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The Python clients of five tutorials talk to the command line's services.
@Order(1)
@Timeout(60)
class TutorialClientsTest {
    private static final int CLIENT_SECONDS = 30;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void upperAndWelcomeAnswerTheirClients(String model) throws Exception {
        try (CommandLine server = serve(model, "upper")) {
            converse(server, "interactive_upper", "one_word_upper", "split_upper");
        }
        try (CommandLine server = serve(model, "welcome")) {
            converse(server, "greeted_welcome");
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void echoIsExact(String model) throws Exception {
        try (CommandLine server = serve(model, "echo")) {
            converse(server, "interactive_echo", "split_echo", "mebibyte_echo");
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void severalClientsAreServedAtOnce(String model) throws Exception {
        try (CommandLine server = serve(model, "echo")) {
            converse(server, "two_at_once_echo", "many_at_once_echo");
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "virtual", "nio", "epoll", "io_uring"})
    void printShowsTheirLines(String model) throws Exception {
        try (CommandLine server = serve(model, "print")) {
            converse(server, "greeted_print");
            Eventually.holds(() -> assertThat(server.shown()).filteredOn(line -> line.startsWith("[127.0.0.1:"))
                    .map(line -> line.substring(line.indexOf(']') + 2))
                    .containsExactly("first line", "中文 in pieces", "last line without an ending"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "virtual", "nio", "epoll", "io_uring"})
    void anOperatorAnswersWithReply(String model) throws Exception {
        try (CommandLine server = serve(model, "reply")) {
            Process client = start(server, "login_reply");
            for (String message : List.of("I am here", "你在吗")) {
                Eventually.holds(() -> assertThat(server.shown()).contains("[1] " + message));
                server.type("1 you said: " + message);
            }
            requireSuccess(client);
            Eventually.holds(() -> assertThat(server.shown()).contains("[1] left"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void datagramsAreAnsweredOneByOne(String model) throws Exception {
        try (CommandLine server = CommandLine.serve(directory, "echo", "--listen", "udp://127.0.0.1:0", "--model",
                model)) {
            converse(server, "datagrams_echo");
        }
    }

    /// On descriptors, which receive the error number, and on the JDK's channels, which need several errors to decide.
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"virtual", "epoll"})
    void aFatalListenerErrorEndsTheProgramWithStatusOne(String model) throws Exception {
        try (CommandLine server = serve(model, "echo")) {
            try (SystemCallInjection _ = SystemCallInjection.of(server.pid(), SystemCallNames.of(model).accept(),
                    "EBADF", "1+");
                    Client _ = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
                assertThat(server.awaitExit(Duration.ofSeconds(40))).isEqualTo(1);
            }
            assertThat(server.errors()).contains("gave up listening at tcp://127.0.0.1").doesNotContain("\tat ");
        }
    }

    private CommandLine serve(String model, String service) throws Exception {
        return CommandLine.serve(directory, service, "--listen", "tcp://127.0.0.1:0", "--model", model);
    }

    /// Runs these clients, one after another, in one process.
    private void converse(CommandLine server, String... scenarios) throws Exception {
        requireSuccess(start(server, scenarios));
    }

    private Process start(CommandLine server, String... scenarios) throws Exception {
        Requirements.program("python3");
        // Without what the machine adds to Python, which takes half of its start.
        List<String> command = new ArrayList<>(List.of("python3", "-I", "-S", "src/test/python/tutorial_clients.py",
                "127.0.0.1", Integer.toString(server.port())));
        command.addAll(List.of(scenarios));
        return new ProcessBuilder(command).directory(Path.of(System.getProperty("basedir", ".")).toFile())
                .redirectErrorStream(true).redirectOutput(clientOutput()).start();
    }

    private File clientOutput() {
        return directory.resolve("clients").toFile();
    }

    private void requireSuccess(Process clients) throws Exception {
        boolean ended = clients.waitFor(CLIENT_SECONDS, TimeUnit.SECONDS);
        clients.destroyForcibly();
        String output = Files.readString(clientOutput().toPath());
        assertThat(ended).as("the clients have ended: %s", output).isTrue();
        assertThat(clients.exitValue()).as("exit status: %s", output).isZero();
    }
}
