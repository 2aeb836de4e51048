package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.coroutine.carrier.Carrier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Very many hand-offs, at the shortest hand-off time, of handlers that do all that a handler may do. Nothing is lost, no
/// reply overtakes an earlier one, and no thread is left.
///
/// `./mvnw -pl conformance -am -Dtest=HandOffStressTest -Dpolyserve.handOffs=100000 -Dpolyserve.model=nio
/// -Dsurefire.failIfNoSpecifiedTests=false test`
@EnabledIfSystemProperty(named = "polyserve.handOffs", matches = "[0-9]+")
@Timeout(900)
class HandOffStressTest {
    private static final int CLIENTS = 24;
    private static final int LINES_PER_CONNECTION = 40;
    private static final int IN_FLIGHT = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final Object monitor = new Object();
    private final AtomicLong lines = new AtomicLong();
    /// Threads of handlers, for stack traces.
    private final AtomicReferenceArray<Thread> some = new AtomicReferenceArray<>(CLIENTS);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean enough;

    /// The style of the handlers.
    enum Style {
        HANDLER, MESSAGES, MESSAGES_IN_FLIGHT
    }

    private void serve(Connection connection) throws Exception {
        for (String line; (line = connection.readLine()) != null;) {
            if (line.charAt(0) == 'r') {
                PinnedCall.run(() -> readsPinned(connection));
            }
            answer(line, connection);
        }
    }

    /// Answers a line after some work that its first letter names.
    @SuppressWarnings("ThreadPriorityCheck") // a handler may yield
    private void answer(String line, Output client) throws Exception {
        some.set((int) (lines.get() % CLIENTS), Thread.currentThread());
        switch (line.charAt(0)) {
            case 'c' -> compute(200);
            case 's' -> Thread.sleep(1);
            case 'l' -> withLock();
            case 'm' -> withMonitor();
            case 'p' -> PinnedCall.run(() -> flushesPinned(client));
            case 'b' -> PinnedCall.run(() -> LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(300)));
            case 't' -> Thread.startVirtualThread(() -> compute(150)).join();
            case 'y' -> Thread.yield();
            default -> compute(20);
        }
        client.writeLine(line);
    }

    private static void compute(int micros) {
        long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros);
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private void withLock() {
        lock.lock();
        try {
            compute(100);
        } finally {
            lock.unlock();
        }
    }

    private void withMonitor() {
        synchronized (monitor) {
            compute(100);
        }
    }

    /// Reads and answers a line while pinned.
    private static void readsPinned(Connection connection) {
        try {
            connection.writeLine("pinned " + connection.readLine());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void flushesPinned(Output client) {
        try {
            client.writeLine("flushed");
            client.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The model that a property names, with four loops.
    private static Model model() {
        return switch (System.getProperty("polyserve.model", "nio")) {
            case "nio" -> Model.nio(4);
            case "epoll" -> Model.epoll(4);
            case "epoll-et" -> Model.epollEt(4);
            case "io_uring" -> Model.ioUring(4);
            case String other -> Model.named(other);
        };
    }

    private ServerBuilder serving(Style style) {
        ServerBuilder server = Server.at("tcp://127.0.0.1:0").model(model())
                .options(o -> o.withTimeouts(t -> t.withHandOff(Duration.ofNanos(1)).withStall(Duration.ZERO)));
        return switch (style) {
            case HANDLER -> server.handle(this::serve);
            case MESSAGES -> server.messages(Framing.lines(), this::answer);
            case MESSAGES_IN_FLIGHT -> server.messages(Framing.lines(), this::answer).inFlight(IN_FLIGHT);
        };
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLost(Style style) throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        long wanted = Long.getLong("polyserve.handOffs");
        Server server = serving(style).start();
        try (server) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                clients.add(Thread.ofPlatform().start(() -> talkUntilEnough(server.address(), random, style)));
            }
            while (!enough && server.stats().handOffs() < wanted) {
                takeStackTraces();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            enough = true;
            for (Thread client : clients) {
                client.join();
            }
            System.out.println(style + ": " + server.stats().handOffs() + " hand-offs, " + lines + " lines");
        }
        assertThat(failures).isEmpty();
        assertThat(server.stats().failed()).isZero();
        assertThat(server.stats().active()).isZero();
        awaitNoThread();
    }

    private void takeStackTraces() {
        for (int i = 0; i < CLIENTS; i++) {
            Thread handlers = some.get(i);
            if (handlers != null) {
                handlers.getStackTrace();
            }
        }
    }

    private void talkUntilEnough(SocketAddress address, Random random, Style style) {
        try {
            while (!enough) {
                talk((InetSocketAddress) address, random, style);
            }
        } catch (IOException | RuntimeException | Error e) {
            failures.add(e);
            enough = true;
        }
    }

    private void talk(InetSocketAddress address, Random random, Style style) throws IOException {
        String kinds = style == Style.HANDLER ? "cslmpbtyxr" : "cslmpbtyx";
        int atOnce = style == Style.MESSAGES_IN_FLIGHT ? IN_FLIGHT : 1;
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < LINES_PER_CONNECTION; i += atOnce) {
                StringBuilder sent = new StringBuilder();
                List<String> replies = new ArrayList<>();
                for (int j = 0; j < atOnce; j++) {
                    exchange(kinds.charAt(random.nextInt(kinds.length())), random.nextLong(), sent, replies);
                }
                socket.getOutputStream().write(sent.toString().getBytes(StandardCharsets.UTF_8));
                for (String reply : replies) {
                    assertThat(in.readLine()).isEqualTo(reply);
                }
                lines.addAndGet(atOnce);
            }
        }
    }

    /// Adds a line to what is sent, and what the handler replies to it.
    private static void exchange(char kind, long number, StringBuilder sent, List<String> replies) {
        String line = kind + " " + number;
        sent.append(line).append('\n');
        switch (kind) {
            case 'r' -> {
                sent.append("more\n");
                replies.add("pinned more");
            }
            case 'p' -> replies.add("flushed");
            default -> {
                // Only the line comes back.
            }
        }
        replies.add(line);
    }

    private static void awaitNoThread() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Thread.getAllStackTraces().keySet().stream().anyMatch(HandOffStressTest::runsALoop)
                && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(HandOffStressTest::runsALoop);
    }

    private static boolean runsALoop(Thread thread) {
        return thread.getName().startsWith("polyserve-loop") || thread.getName().startsWith("polyserve-spare");
    }
}
