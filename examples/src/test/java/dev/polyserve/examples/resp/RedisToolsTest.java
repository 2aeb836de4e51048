package dev.polyserve.examples.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// `redis-benchmark` and `redis-cli` work with the server under every event loop.
@Tag("slow")
@Timeout(120)
class RedisToolsTest {
    private static final List<String> LOOPS = List.of("nio", "polling", "select", "poll", "epoll", "epoll-et",
            "io_uring");
    private static final String ANY_PORT = "tcp://127.0.0.1:0";
    private static final int REQUESTS = 1024;
    private static final int TOOL_SECONDS = 60;

    static Stream<Arguments> loopsAndDepths() {
        return LOOPS.stream().flatMap(model -> Stream.of(1, 16).map(depth -> Arguments.of(model, depth)));
    }

    @ParameterizedTest(name = "{0}, {1} requests at once")
    @MethodSource("loopsAndDepths")
    void redisBenchmarkIsServed(String name, int depth) throws Exception {
        Model model = runnable(name);
        RespStore store = new RespStore();
        try (Server protocol = RespServer.startProtocol(ANY_PORT, model, store);
                Server messages = RespServer.startMessages(ANY_PORT, model, store);
                Server handler = RespServer.startHandler(ANY_PORT, model, store)) {
            for (Server server : List.of(protocol, messages, handler)) {
                String said = run(server, "redis-benchmark", "--csv", "-c", "8", "-n", "" + REQUESTS, "-P",
                        "" + depth, "-t", "ping_inline,ping_mbulk,set,get,incr");
                assertThat(said).contains("\"PING_INLINE\"", "\"PING_MBULK\"", "\"SET\"", "\"GET\"", "\"INCR\"")
                        .doesNotContainIgnoringCase("err", "warn");
            }
            // The tool exits with a non-zero status at the first error reply.
            assertThat(Integer.parseInt(run(handler, "redis-cli", "get", "counter:__rand_int__").strip()))
                    .isGreaterThanOrEqualTo(3 * REQUESTS);
        }
    }

    @Test
    void redisCliIsServed() throws Exception {
        try (Server server = RespServer.startProtocol(ANY_PORT, Model.virtual(), new RespStore())) {
            assertThat(run(server, "redis-cli", "set", "greeting", "good morning\n")).isEqualTo("OK\n");
            assertThat(run(server, "redis-cli", "--raw", "get", "greeting")).isEqualTo("good morning\n\n");
            assertThat(run(server, "redis-cli", "del", "greeting", "nothing")).isEqualTo("1\n");
            assertThat(run(server, "redis-cli", "what")).startsWith("ERR unknown command 'what'");
        }
    }

    private static Model runnable(String name) {
        Model model = Model.named(name);
        assumeTrue(Server.whyNot(model).isEmpty(), () -> name + " cannot run here: " + Server.whyNot(model).orElse(""));
        return model;
    }

    /// The whole output of the tool.
    private static String run(Server server, String program, String... arguments) throws Exception {
        requireProgram(program);
        List<String> command = new ArrayList<>(List.of(program, "-h", "127.0.0.1", "-p", "" + server.port()));
        command.addAll(List.of(arguments));
        Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            tool.getOutputStream().close();
            String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(tool.waitFor(TOOL_SECONDS, TimeUnit.SECONDS)).as("%s has ended", program).isTrue();
            assertThat(tool.exitValue()).as("%s printed: %s", command, said).isZero();
            return said;
        } finally {
            tool.destroyForcibly();
        }
    }

    private static void requireProgram(String name) {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
        assumeTrue(found, () -> "needs the program '" + name + "' (Debian: redis-tools), which is not on the PATH");
    }
}
