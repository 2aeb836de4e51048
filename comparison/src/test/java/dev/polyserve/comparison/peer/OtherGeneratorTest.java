package dev.polyserve.comparison.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The load generator in C, by which `comparison/advice` checks the advice of `polyserve bench`, and its judgement.
@Tag("slow")
@Timeout(120)
class OtherGeneratorTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final Path SOURCES = MODULE.resolve("src/main/c");

    @TempDir
    private static Path directory;

    @BeforeAll
    static void compile() throws Exception {
        assumeTrue(PeerProcess.list("--list").stream().anyMatch(peer -> peer.name().equals("c-epoll") && peer.ready()),
                "needs a C compiler");
        Ended compiler = run("", "gcc", "-std=gnu17", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-o",
                program(),
                SOURCES.resolve("echo.c").toString(), SOURCES.resolve("work.c").toString(),
                SOURCES.resolve("figures.c").toString(), SOURCES.resolve("load.c").toString());
        assertThat(compiler.status()).as(compiler.output()).isZero();
    }

    private static String program() {
        return directory.resolve("load").toString();
    }

    /// @param output of both streams
    private record Ended(int status, String output) {}

    private static Ended run(String input, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private static Ended load(int port, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(program(), Integer.toString(port), "--warm-up", "0.1", "--seconds",
                        "0.3"));
        command.addAll(List.of(options));
        return run("", command.toArray(String[]::new));
    }

    @Test
    void loadsAnEchoServerInBothLoops() throws Exception {
        try (PeerProcess peer = PeerProcess.start("c-epoll")) {
            String pid = Long.toString(peer.family().getFirst().pid());
            int port = peer.address().getPort();
            assertThat(load(port, "--connections", "10", "--bytes", "3000", "--pid", pid).output())
                    .matches("requests/s=[1-9]\\d*\\.\\d p50=\\S+ p99=[1-9]\\S+ heavy/s=0.00 cpu/s=\\d+\n");
            assertThat(load(port, "--connections", "10", "--rate", "200", "--pid", pid).output())
                    .startsWith("requests/s=");
            assertThat(load(port, "--connections", "100", "--idle", "--pid", pid).output())
                    .matches("bytes/connection=-?\\d+\n");
        }
    }

    @Test
    void aWrongReplyIsNoReply() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread server = Thread.ofPlatform().start(() -> answer(listener));
            Ended ended = load(listener.getLocalPort());
            assertThat(ended.output()).contains("a reply is wrong");
            assertThat(ended.status()).isEqualTo(1);
            server.join(TimeUnit.SECONDS.toMillis(20));
        }
    }

    /// Answers the first request of a client with a byte of it changed.
    private static void answer(ServerSocket listener) {
        try (Socket client = listener.accept()) {
            byte[] request = client.getInputStream().readNBytes(64);
            request[63]++;
            client.getOutputStream().write(request);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        } catch (IOException reset) {
            // The generator has ended, as it should.
        }
    }

    private static Ended judge(String model, String... figures) throws IOException, InterruptedException {
        return run(String.join("", figures), MODULE.resolve("advice").toString(), "--judge", model, "2000", "100");
    }

    /// Three rounds of a model, all of which hold the rate.
    private static String rounds(String model, String name, double... values) {
        StringBuilder lines = new StringBuilder();
        for (double value : values) {
            lines.append("%s\trequests/s\t2000\n%1$s\t%s\t%s\n".formatted(model, name, value));
        }
        return lines.toString();
    }

    @Test
    void theFirstClearDifferenceDecides() throws Exception {
        String tails = rounds("auto", "p99", 5_000, 5_200, 5_100) + rounds("thread", "p99", 2_900, 3_000, 3_100);
        String costs = rounds("auto", "cpu/s", 20_000, 21_000, 22_000)
                + rounds("thread", "cpu/s", 90_000, 91_000, 92_000);
        assertThat(judge("thread", tails, costs).status()).as("the tail comes first").isZero();
        assertThat(judge("auto", tails, costs)).satisfies(ended -> {
            assertThat(ended.output()).contains("DISAGREES: thread is better than auto: p99");
            assertThat(ended.status()).isEqualTo(1);
        });
        assertThat(judge("thread", costs).output()).contains("auto is better than thread: processor time");
        assertThat(judge("auto", costs).output()).contains("agrees: no other model is clearly better than auto");
    }

    @Test
    void whatTheRoundsDoNotTellApartAgrees() throws Exception {
        String overlapping = rounds("auto", "p99", 5_000, 5_200, 3_000) + rounds("thread", "p99", 2_900, 3_000, 3_100);
        assertThat(judge("auto", overlapping).status()).isZero();
        String below = rounds("auto", "p99", 500, 520, 510) + rounds("thread", "p99", 290, 300, 310);
        assertThat(judge("auto", below).status()).as("less than a millisecond").isZero();
    }

    @Test
    void aModelThatMissesTheRateIsNoBetter() throws Exception {
        String slow = "thread\trequests/s\t1220\nthread\tp99\t10\n";
        assertThat(judge("auto", rounds("auto", "p99", 5_000, 5_200, 5_100), slow).status()).isZero();
        assertThat(judge("thread", rounds("auto", "p99", 5_000, 5_200, 5_100), slow).output())
                .contains("auto is better than thread: the rate");
    }
}
