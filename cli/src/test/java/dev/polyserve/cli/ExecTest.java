package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests `serve exec`: a program per connection.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ExecTest {
    private static String talk(Cli server, String request) throws Exception {
        try (Socket client = server.connect()) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            return all(client);
        }
    }

    private static String all(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Cli serve(String... arguments) throws Exception {
        String[] all = new String[arguments.length + 3];
        all[0] = "exec";
        all[1] = "--listen";
        all[2] = "tcp://127.0.0.1:0";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Cli.serve(all);
    }

    @Test
    void theProgramHasTheConnectionAndItsEndIsInTheAccessLine() throws Exception {
        try (Cli server = serve("--", "sh", "-c", "cat; exit 3")) {
            assertThat(server.out.text()).contains(" with process (pid ");
            assertThat(talk(server, "hello")).isEqualTo("hello");
            assertThat(server.err.awaitContaining("closed #1")).matches(
                    ".* closed #1 127\\.0\\.0\\.1:\\d+ done by client, in 5 B, out 5 B, [\\d.]+ m?s, exit 3, cpu \\d+ ms");
        }
    }

    @Test
    void jsonReportsTheEndAsFields() throws Exception {
        try (Cli server = serve("--log-format", "json", "--", "true")) {
            assertThat(talk(server, "")).isEmpty();
            assertThat(server.err.awaitContaining("closed")).contains("\"exit\":\"exit 0\"", "\"cpuMillis\":");
        }
    }

    @Test
    void unknownByteCountsAreLeftOut(@TempDir Path directory) throws Exception {
        try (Cli server = Cli.serve("exec", "--listen", "unix:" + directory.resolve("s"), "--", "true")) {
            Cli.Finished client = Cli.run("connect", "unix:" + directory.resolve("s"));
            assertThat(client.status()).isZero();
            assertThat(server.err.awaitContaining("closed #1"))
                    .matches(".* closed #1 unix done by (client|server), [\\d.]+ m?s, exit 0, cpu \\d+ ms");
        }
    }

    @Test
    void aUnixConnectionIsIdleWithoutAByteInEitherDirection(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("s");
        try (Cli _ = Cli.serve("exec", "--listen", "unix:" + path, "--idle-timeout", "1s", "--", "cat");
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            ByteBuffer one = ByteBuffer.allocate(1);
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < Duration.ofMillis(2_500).toNanos()) {
                assertThat(client.write(one.clear())).isOne();
                assertThat(client.read(one.clear())).as("after %d ms", (System.nanoTime() - begun) / 1_000_000).isOne();
                Thread.sleep(100); // the interval between two bytes is under test
            }
            assertThat(client.read(one.clear())).as("the end").isEqualTo(-1);
        }
    }

    @Test
    void variablesAreAddedToACleanEnvironment() throws Exception {
        try (Cli server = serve("--env", "OWN=a=b", "--env", "PATH", "--", "env")) {
            assertThat(talk(server, "")).contains("OWN=a=b\n", "PATH=" + System.getenv("PATH") + "\n", "PROTO=TCP\n");
        }
        String some = System.getenv().keySet().stream().filter(name -> name.startsWith("PWD")).findFirst()
                .orElse("PATH");
        try (Cli server = serve("--env", "*", "--", "env")) {
            assertThat(talk(server, "")).contains(some + "=" + System.getenv(some) + "\n");
        }
    }

    @Test
    @Tag("process")
    void variablesOfTheServiceManagerAreNotPassedToPrograms(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("s");
        try (ServedProcess server = ServedProcess.start(List.of(),
                Map.of("NOTIFY_SOCKET", "/no/such/socket", "MORE", "1"),
                "serve", "exec", "--listen", "unix:" + socket, "--env", "*", "--", "env")) {
            server.out.awaitContaining("polyserve: serving exec");
            assertThat(Cli.run("connect", "unix:" + socket).out()).contains("MORE=1\n").doesNotContain("NOTIFY_SOCKET");
        }
    }

    @Test
    void aProgramThatCannotStartGivesOneSentence() throws Exception {
        try (Cli server = serve("--", "/no/such/program")) {
            assertThat(talk(server, "x")).isEmpty();
            server.err.awaitContaining("closed #1");
            // The failure and the access line are written by different threads; the end of the server waits for both.
            assertThat(server.stop()).isZero();
            assertThat(server.err.text().lines().filter(line -> line.contains("/no/such/program"))).singleElement()
                    .asString().contains("cannot start /no/such/program: there is no such program");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "epoll", "thread", "iterative"})
    void everyModelRunsAProgramWithPipes(String model) throws Exception {
        try (Cli server = serve("--stdio", "pipe", "--model", model, "--", "sh", "-c",
                "echo $PROTO $REMOTE_ADDR; cat; echo end")) {
            String request = "0123456789".repeat(50_000);
            assertThat(talk(server, request)).isEqualTo("TCP 127.0.0.1\n" + request + "end\n");
            assertThat(server.err.awaitContaining("closed #1")).contains(" in 500000 B, out 500018 B");
        }
    }

    @Test
    void withPipesTheClientSeesTheEndWhenTheProgramEnds() throws Exception {
        try (Cli server = serve("--stdio", "pipe", "--", "echo", "bye"); Socket client = server.connect()) {
            assertThat(all(client)).isEqualTo("bye\n");
        }
    }

    @Test
    void withPipesADisconnectedClientEndsTheProgram(@TempDir Path directory) throws Exception {
        Path held = directory.resolve("held");
        try (Cli server = serve("--stdio", "pipe", "--", "sh", "-c",
                "exec 9>" + held + "; flock 9; echo ready; while true; do sleep 0.1; done")) {
            Socket client = server.connect();
            assertThat(client.getInputStream().read()).isEqualTo('r');
            client.setSoLinger(true, 0);
            client.close();
            server.err.awaitContaining("closed #1");
            assertThat(new ProcessBuilder("flock", "-w", "30", held.toString(), "true").start().waitFor())
                    .as("the lock is released").isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "serve exec|exec needs -- COMMAND ARGS..., as in: polyserve serve exec -- cat",
        "serve exec --model epoll -- cat|--model epoll does not work with exec, which starts a process per connection:"
                + " leave it out, or use --stdio pipe, which works with every model",
        "serve exec --stdio tape -- cat|bad --stdio 'tape': it must be socket or pipe",
        "serve exec --env NO_SUCH_VARIABLE -- cat|the environment variable NO_SUCH_VARIABLE is not set here, so it"
                + " cannot be passed on: give it a value, as in NO_SUCH_VARIABLE=value",
        "serve exec --env =x -- cat|the environment variable '=x' has no name",
        "serve echo --env A=b|--env applies to exec only, but echo runs no program",
        "serve exec --listen udp://127.0.0.1:0 -- cat|exec serves connections, but udp://127.0.0.1:0 has datagrams:"
                + " listen on tcp:// or unix:"})
    void badArgumentsGiveOneSentence(String commandAndSentence) {
        String[] parts = commandAndSentence.split("\\|", -1);
        Cli.Finished run = Cli.run(parts[0].split(" ", -1));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("polyserve: " + parts[1] + "\n");
    }
}
