package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.examples.resp.RespServer;
import dev.polyserve.examples.resp.RespStore;
import dev.polyserve.pool.ConnectionPool;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The gateway in front of the `RespServer`, and of Redis itself.
@Timeout(60)
class RedisGatewayTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    private static ConnectionPool pool(String redis) {
        return RedisGateway.pool(dev.polyserve.Client.to(redis));
    }

    @Test
    void manyClientsShareFewConnections() throws Exception {
        try (Server store = RespServer.startProtocol(ANY_PORT, Model.nio(), new RespStore());
                ConnectionPool pool = pool(store.endpoints().getFirst().toString());
                Server gateway = RedisGateway.start(ANY_PORT, Model.nio(), pool)) {
            for (int i = 1; i <= 20; i++) {
                try (Client client = Client.of(gateway)) {
                    assertThat(client.send("incr visits\n").line()).isEqualTo(String.valueOf(i));
                    assertThat(client.send("set name client " + i + "\n").line()).isEqualTo("OK");
                    assertThat(client.send("get name\n").line()).isEqualTo("client " + i);
                    assertThat(client.send("get nothing\n").line()).isEqualTo("(nil)");
                    assertThat(client.send(" \n").line()).isEqualTo("ERR an empty command");
                }
            }
            assertThat(pool.stats().connected()).isEqualTo(1);
        }
    }

    @Test
    void aRestartOfRedisLosesNoClient(@TempDir Path directory) throws Exception {
        Path program = program(directory);
        Path socket = directory.resolve("redis.sock");
        try (ConnectionPool pool = pool("unix:" + socket);
                Server gateway = RedisGateway.start(ANY_PORT, Model.auto(), pool);
                Client client = Client.of(gateway)) {
            assertThat(client.send("ping\n").line()).startsWith("ERR no answer: cannot connect to unix:" + socket);
            for (int i = 0; i < 2; i++) {
                try (Redis _ = Redis.start(program, socket)) {
                    assertThat(client.send("ping\n").line()).isEqualTo("PONG");
                    assertThat(client.send("incr visits\n").line()).isEqualTo("1");
                    assertThat(client.send("set name two words\n").line()).isEqualTo("OK");
                    assertThat(client.send("get name\n").line()).isEqualTo("two words");
                    assertThat(client.send("incr name\n").line()).startsWith("ERR value is not an integer");
                    assertThat(client.send("lrange none 0\n").line()).startsWith("ERR wrong number of arguments");
                }
                assertThat(client.send("ping\n").line()).startsWith("ERR no answer: cannot connect to");
            }
            assertThat(pool.stats().connected()).isEqualTo(2);
            assertThat(pool.stats().stale()).isEqualTo(2);
        }
    }

    /// The server of Redis. Debian's redis-tools have it under another name: which of its programs it is, it takes from its name.
    private static Path program(Path directory) throws IOException {
        Optional<Path> server = onPath("redis-server");
        if (server.isPresent()) {
            return server.get();
        }
        Optional<Path> tool = onPath("redis-check-rdb");
        assumeTrue(tool.isPresent(),
                "needs the program 'redis-server' or 'redis-check-rdb' (Debian: redis-tools), which is not on the PATH");
        return Files.createSymbolicLink(directory.resolve("redis-server"), tool.orElseThrow());
    }

    private static Optional<Path> onPath(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)).map(each -> Path.of(each, name))
                .filter(Files::isExecutable).findFirst();
    }

    /// A running Redis.
    ///
    /// @param process its process
    private record Redis(Process process) implements AutoCloseable {
        static Redis start(Path program, Path socket) throws IOException {
            Process started = new ProcessBuilder(List.of(program.toString(), "--port", "0", "--unixsocket",
                    socket.toString(), "--save", "", "--dir", socket.getParent().toString())).redirectErrorStream(true)
                    .start();
            BufferedReader log = started.inputReader();
            for (String line; (line = log.readLine()) != null;) {
                if (line.contains("ready to accept connections")) {
                    return new Redis(started);
                }
            }
            throw new IOException("Redis has ended: " + started.onExit().join().exitValue());
        }

        @Override
        public void close() throws IOException {
            process.destroy();
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    throw new IOException("Redis does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
