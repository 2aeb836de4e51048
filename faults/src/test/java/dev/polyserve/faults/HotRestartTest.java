package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Faults 34, 35 and 45: a new program repeatedly replaces the running one; when it fails, the old one continues
/// unaffected.
///
/// `-Dpolyserve.restarts=100` sets the number of restarts: 2, and 5 with `-Dfull`.
@Order(1)
@EnabledOnOs(OS.LINUX)
class HotRestartTest {
    private static final int RESTARTS = Integer.getInteger("polyserve.restarts", Requirements.rounds(2, 5));
    private static final int LONG_LIVED = Integer.getInteger("polyserve.restarts.held", 20);
    private static final long BETWEEN_CLIENTS_NANOS = 3_333_333;
    private static final Duration A_WHILE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    /// The programs that the first one started, which have been orphaned.
    private final List<ProcessHandle> successors = new ArrayList<>();

    @AfterEach
    void endSuccessors() {
        successors.forEach(ProcessHandle::destroyForcibly);
    }

    private CommandLine serve(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("echo", "--listen", "tcp://127.0.0.1:0", "--listen",
                "unix:" + unix(), "--pid-file", pidFile().toString(), "--drain-timeout", "20s"));
        arguments.addAll(List.of(more));
        return CommandLine.serve(directory, arguments.toArray(String[]::new));
    }

    private Path unix() {
        return directory.resolve("socket");
    }

    private Path pidFile() {
        return directory.resolve("pid");
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(pidFile()).strip());
    }

    /// Restarts and waits until the new program serves.
    private void restart(CommandLine program) throws Exception {
        long old = pid();
        Signals.send("USR2", old);
        Eventually.holds(A_WHILE, () -> assertThat(pid()).as("process; errors: " + program.errors()).isNotEqualTo(old));
        successors.add(ProcessHandle.of(pid()).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "epoll", "io_uring", "process-pool"})
    @Timeout(600)
    void clientsAreNotAffected(String model) throws Exception {
        String[] more = model.equals("process-pool")
                ? new String[]{"--model", model, "--workers", "1"}
                : new String[]{"--model", model};
        try (CommandLine program = serve(more); NewClients newClients = new NewClients(program.port())) {
            for (int i = 0; i < RESTARTS; i++) {
                List<SocketChannel> held = new ArrayList<>();
                for (int j = 0; j < LONG_LIVED; j++) {
                    held.add(exchanges(new InetSocketAddress(InetAddress.getLoopbackAddress(), program.port())));
                }
                int before = newClients.served.get();
                restart(program);
                for (SocketChannel one : held) {
                    endsCleanly(one);
                }
                exchanges(UnixDomainSocketAddress.of(unix())).close();
                Eventually.holds(() -> assertThat(newClients.served.get()).isGreaterThan(before + 10));
                assertThat(newClients.failures).as("after restart " + i + "; errors: " + program.errors()).isEmpty();
            }
            assertThat(program.awaitExit(A_WHILE)).as("the first one has drained").isZero();
            assertThat(descriptors(pid())).as("descriptors do not accumulate").isLessThan(200);
            long last = pid();
            Signals.send("TERM", last);
            Eventually.holds(A_WHILE, () -> assertThat(ProcessHandle.of(last)).isEmpty());
            assertThat(unix()).as("removed by the last program").doesNotExist();
            assertThat(pidFile()).doesNotExist();
        }
    }

    private static long descriptors(long pid) throws IOException {
        try (var files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.count();
        }
    }

    @Test
    @Timeout(120)
    void theOldProgramContinuesWhenTheNewOneFails() throws Exception {
        Path config = Files.writeString(directory.resolve("config.toml"), "idle-timeout = \"5m\"\n");
        try (CommandLine program = serve("--config", config.toString())) {
            long old = pid();
            Files.writeString(config, "idle-timeout = \"soon\"\n");
            Signals.send("USR2", old);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("the restart failed")
                    .contains("ended before it served: exit 2").contains("it is not a duration"));
            continuesToServe(program, old);
            Files.writeString(config, "idle-timeout = \"5m\"\n");
            restart(program);
            exchanges(UnixDomainSocketAddress.of(unix())).close();
            assertThat(program.awaitExit(A_WHILE)).isZero();
        }
    }

    @Test
    @Timeout(120)
    void theModelNioReportsThatItCannotTakeOver() throws Exception {
        try (CommandLine program = serve("--model", "nio")) {
            long old = pid();
            Signals.send("USR2", old);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("the restart failed")
                    .contains("the model nio cannot take over the sockets of the running program"));
            continuesToServe(program, old);
        }
    }

    @Test
    @Timeout(120)
    void theOldProgramContinuesWhenTheNewOneTakesTooLong() throws Exception {
        try (CommandLine program = serve("--restart-timeout", "1ms")) {
            long old = pid();
            Signals.send("USR2", old);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("the restart failed")
                    .contains("did not serve within 1 ms and was killed"));
            continuesToServe(program, old);
            assertThat(ProcessHandle.of(old).orElseThrow().children()).as("the new one").isEmpty();
        }
    }

    @Test
    @Timeout(120)
    void onlyOneNewProgramAtATime() throws Exception {
        String settings = "idle-timeout = \"5m\"\n";
        Path config = Files.writeString(directory.resolve("config.toml"), settings);
        try (CommandLine program = serve("--config", config.toString())) {
            long old = pid();
            // The new program blocks here until its settings are written.
            makePipe(config);
            Signals.send("USR2", old);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("is starting to replace this one"));
            Signals.send("USR2", old);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("a restart is already in progress"));
            assertThat(pid()).isEqualTo(old);
            Files.writeString(config, settings);
            Eventually.holds(A_WHILE, () -> assertThat(pid()).isNotEqualTo(old));
            successors.add(ProcessHandle.of(pid()).orElseThrow());
            assertThat(program.awaitExit(A_WHILE)).isZero();
        }
    }

    @Test
    @Timeout(120)
    void aReplacedProgramStartsNoOther() throws Exception {
        try (CommandLine program = serve();
                SocketChannel held = SocketChannel
                        .open(new InetSocketAddress(InetAddress.getLoopbackAddress(), program.port()))) {
            keepsDraining(held);
            long old = pid();
            restart(program);
            long replacement = pid();
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("has replaced process " + old));
            Signals.send("USR2", old);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors())
                    .contains("no restart: process " + replacement + " has already replaced this one")
                    .doesNotContain("continues"));
            assertThat(program.errors().split("is starting to replace", -1)).as("one new program").hasSize(2);
            continuesToServe(program, replacement);
        }
    }

    /// Sends more than the buffers hold and receives nothing, so that the answer is not finished while the server drains.
    private static void keepsDraining(SocketChannel client) {
        Thread.ofPlatform().daemon().name("unread-answers").start(() -> {
            try {
                while (client.write(ByteBuffer.allocate(1 << 20)) > 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                assertThat(client.isOpen()).as("the test closes the connection: " + e).isFalse();
            }
        });
    }

    @Test
    @Timeout(120)
    void aNewProgramWithoutConfirmationRemovesNothing() throws Exception {
        String settings = "idle-timeout = \"5m\"\n";
        Path config = Files.writeString(directory.resolve("config.toml"), settings);
        Path control = directory.resolve("control");
        try (CommandLine program = serve("--config", config.toString(), "--control", control.toString())) {
            long old = pid();
            // The new program blocks here until its settings are written.
            makePipe(config);
            Signals.send("USR2", old);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("is starting to replace this one"));
            ProcessHandle unconfirmed = ProcessHandle.of(old).orElseThrow().children().findFirst().orElseThrow();
            successors.add(unconfirmed);
            Signals.send("KILL", old);
            assertThat(program.awaitExit(A_WHILE)).isNotZero();
            Files.writeString(config, settings);
            Eventually.holds(A_WHILE, () -> assertThat(unconfirmed.isAlive()).isFalse());
            assertThat(pid()).isEqualTo(old);
            assertThat(unix()).exists();
            assertThat(control).exists();
            assertThat(program.errors()).contains("has not confirmed that this one replaces it");
        }
    }

    @Test
    @Timeout(120)
    void bansGoOn() throws Exception {
        try (CommandLine program = CommandLine.serve(directory, "welcome", "--listen", "tcp://127.0.0.1:0",
                "--max-frame",
                "10", "--ban", "10m:2/1m", "--pid-file", pidFile().toString())) {
            InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), program.port());
            for (int i = 0; i < 2; i++) {
                try (SocketChannel client = from("127.0.0.3", server)) {
                    client.write(ByteBuffer.allocate(100));
                    while (client.read(ByteBuffer.allocate(100)) >= 0) {
                        // until the server ends it
                    }
                }
            }
            Eventually.holds(() -> assertThat(program.errors()).contains("127.0.0.3/32 is banned for 600 s"));
            restart(program);
            Eventually.holds(A_WHILE, () -> assertThat(program.errors()).contains("bans are taken over: 1"));
            assertThat(program.awaitExit(A_WHILE)).as("the old program").isZero();
            try (SocketChannel banned = from("127.0.0.3", server); SocketChannel good = from("127.0.0.4", server)) {
                assertThat(endsAtOnce(banned)).isTrue();
                assertThat(endsAtOnce(good)).isFalse();
            }
        }
    }

    private static SocketChannel from(String address, InetSocketAddress server) throws IOException {
        SocketChannel client = SocketChannel.open();
        client.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
        client.connect(server);
        return client;
    }

    /// Whether it ends before its first byte; a reset is an end, too.
    private static boolean endsAtOnce(SocketChannel client) {
        try {
            return client.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("reset");
        }
    }

    private static void makePipe(Path path) throws Exception {
        Files.delete(path);
        assertThat(new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor()).as("mkfifo").isZero();
    }

    private void continuesToServe(CommandLine program, long old) throws Exception {
        assertThat(pid()).isEqualTo(old);
        exchanges(new InetSocketAddress(InetAddress.getLoopbackAddress(), program.port())).close();
        exchanges(UnixDomainSocketAddress.of(unix())).close();
    }

    /// A connection with one completed exchange.
    private static SocketChannel exchanges(java.net.SocketAddress address) throws IOException {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        try {
            channel.connect(address);
            exchange(channel);
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /// An idle connection may have been ended already, but never by a reset.
    private static void endsCleanly(SocketChannel channel) throws IOException {
        try (channel) {
            channel.shutdownOutput();
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    private static void exchange(SocketChannel channel) throws IOException {
        ByteBuffer sent = ByteBuffer.wrap("hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        while (sent.hasRemaining()) {
            channel.write(sent);
        }
        ByteBuffer answer = ByteBuffer.allocate(sent.capacity());
        while (answer.hasRemaining()) {
            if (channel.read(answer) < 0) {
                throw new IOException("the end after " + answer.position() + " bytes of the answer");
            }
        }
        assertThat(answer.flip()).isEqualTo(sent.flip());
    }

    /// Connects 300 times a second, each time with one exchange.
    private static final class NewClients implements AutoCloseable {
        final AtomicInteger served = new AtomicInteger();
        final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;

        NewClients(int port) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            thread = Thread.ofPlatform().daemon().name("newClients").start(() -> {
                while (!over.get()) {
                    try {
                        exchanges(address).close();
                        served.incrementAndGet();
                    } catch (IOException | RuntimeException | AssertionError e) {
                        failures.add(String.valueOf(e));
                    }
                    LockSupport.parkNanos(BETWEEN_CLIENTS_NANOS);
                }
            });
        }

        @Override
        public void close() {
            over.set(true);
            boolean interrupted = !joined();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private boolean joined() {
            try {
                thread.join();
                return true;
            } catch (InterruptedException e) {
                return false;
            }
        }
    }
}
