package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The Python clients of five tutorials talk to the command line's services.
@Timeout(60)
class TutorialClientsTest {
    private static final int CLIENT_SECONDS = 30;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void upperAndWelcomeAnswerTheirClients(String model) throws Exception {
        try (CommandLine server = serve(model, "upper")) {
            for (String client : List.of("interactive_upper", "one_word_upper", "split_upper")) {
                converses(client, server);
            }
        }
        try (CommandLine server = serve(model, "welcome")) {
            converses("greeted_welcome", server);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void echoIsExact(String model) throws Exception {
        try (CommandLine server = serve(model, "echo")) {
            for (String client : List.of("interactive_echo", "split_echo", "mebibyte_echo")) {
                converses(client, server);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void severalClientsAreServedAtOnce(String model) throws Exception {
        try (CommandLine server = serve(model, "echo")) {
            converses("two_at_once_echo", server);
            converses("many_at_once_echo", server);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"iterative", "virtual", "nio", "epoll", "io_uring"})
    void printShowsTheirLines(String model) throws Exception {
        try (CommandLine server = serve(model, "print")) {
            converses("greeted_print", server);
            Eventually.holds(() -> assertThat(server.shown()).filteredOn(line -> line.startsWith("[127.0.0.1:"))
                    .map(line -> line.substring(line.indexOf(']') + 2))
                    .containsExactly("first line", "中文 in pieces", "last line without an ending"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"iterative", "virtual", "nio", "epoll", "io_uring"})
    void anOperatorAnswersWithReply(String model) throws Exception {
        try (CommandLine server = serve(model, "reply")) {
            Process client = start("login_reply", server);
            for (String message : List.of("I am here", "你在吗")) {
                Eventually.holds(() -> assertThat(server.shown()).contains("[1] " + message));
                server.type("1 you said: " + message);
            }
            requireSuccess("login_reply", client);
            Eventually.holds(() -> assertThat(server.shown()).contains("[1] left"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring"})
    void datagramsAreAnsweredOneByOne(String model) throws Exception {
        try (CommandLine server = CommandLine.serve(directory, "echo", "--listen", "udp://127.0.0.1:0", "--model",
                model)) {
            converses("datagrams_echo", server);
        }
    }

    /// On descriptors, which receive the error number, and on the JDK's channels, which need several errors to decide.
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"virtual", "epoll"})
    void aFatalListenerErrorEndsTheProgramWithStatusOne(String model) throws Exception {
        try (CommandLine server = serve(model, "echo")) {
            try (Injection _ = Injection.of(server.pid(), SystemCallNames.of(model).accept(), "EBADF", "1+");
                    Client _ = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
                assertThat(server.awaitExit(Duration.ofSeconds(40))).isEqualTo(1);
            }
            assertThat(server.errors()).contains("gave up listening at tcp://127.0.0.1").doesNotContain("\tat ");
        }
    }

    private CommandLine serve(String model, String service) throws Exception {
        return CommandLine.serve(directory, service, "--listen", "tcp://127.0.0.1:0", "--model", model);
    }

    private void converses(String scenario, CommandLine server) throws Exception {
        requireSuccess(scenario, start(scenario, server));
    }

    private Process start(String scenario, CommandLine server) throws Exception {
        Requirements.program("python3");
        return new ProcessBuilder("python3", "src/test/python/tutorial_clients.py", scenario, "127.0.0.1",
                Integer.toString(server.port())).directory(Path.of(System.getProperty("basedir", ".")).toFile())
                .redirectErrorStream(true).redirectOutput(directory.resolve(scenario).toFile()).start();
    }

    private void requireSuccess(String scenario, Process client) throws Exception {
        boolean ended = client.waitFor(CLIENT_SECONDS, TimeUnit.SECONDS);
        client.destroyForcibly();
        assertThat(ended).as(scenario + " has ended").isTrue();
        assertThat(client.exitValue())
                .as("%s: %s", scenario, Files.readString(directory.resolve(scenario)))
                .isZero();
    }
}
