package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
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
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Very many hand-offs, at the shortest hand-off time, of handlers that do all that a handler may do. Nothing is lost, and
/// no thread is left.
///
/// `./mvnw -pl core -am -Dtest=HandOffStressTest -Dpolyserve.handOffs=100000 -Dsurefire.failIfNoSpecifiedTests=false test`
@EnabledIfSystemProperty(named = "polyserve.handOffs", matches = "[0-9]+")
@Timeout(900)
class HandOffStressTest {
    private static final int CLIENTS = 24;
    private static final int LINES_PER_CONNECTION = 40;

    private final ReentrantLock lock = new ReentrantLock();
    private final Object monitor = new Object();
    private final AtomicLong lines = new AtomicLong();
    /// Threads of handlers, for stack traces.
    private final Queue<Thread> some = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean enough;

    /// Answers each line after some work that its first word names.
    @SuppressWarnings("ThreadPriorityCheck") // a handler may yield
    private void serve(Connection connection) throws Exception {
        some.add(Thread.currentThread());
        for (String line; (line = connection.readLine()) != null;) {
            switch (line.charAt(0)) {
                case 'c' -> compute(200);
                case 's' -> Thread.sleep(1);
                case 'l' -> withLock();
                case 'm' -> withMonitor();
                case 'p' -> PinnedCode.run(() -> pinned(connection));
                case 'b' -> PinnedCode.run(() -> LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(300)));
                case 't' -> Thread.startVirtualThread(() -> compute(150)).join();
                case 'y' -> Thread.yield();
                default -> compute(20);
            }
            connection.writeLine(line);
        }
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
    private static void pinned(Connection connection) {
        try {
            connection.writeLine("pinned " + connection.readLine());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void nothingIsLost() throws Exception {
        assumeTrue(Carrier.whyNot().isEmpty(), () -> "needs a carrier: " + Carrier.whyNot());
        long wanted = Long.getLong("polyserve.handOffs");
        Server server = Server.at(Endpoint.parse("tcp://127.0.0.1:0")).model(Model.nio(4))
                .options(o -> o.withTimeouts(t -> t.withHandOff(Duration.ofNanos(1)).withStall(Duration.ZERO)))
                .handle(this::serve).start();
        try (server) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                clients.add(Thread.ofPlatform().start(() -> talkUntilEnough(server.address(), random)));
            }
            while (!enough && server.stats().handOffs() < wanted) {
                while (some.size() > CLIENTS) {
                    some.remove();
                }
                some.forEach(Thread::getStackTrace);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            enough = true;
            for (Thread client : clients) {
                client.join();
            }
            System.out.println(server.stats().handOffs() + " hand-offs, " + lines + " lines");
        }
        assertThat(failures).isEmpty();
        assertThat(server.stats().failed()).isZero();
        assertThat(server.stats().active()).isZero();
        awaitNoThread();
    }

    private void talkUntilEnough(SocketAddress address, Random random) {
        try {
            while (!enough) {
                talk(address, random);
            }
        } catch (IOException | RuntimeException | Error e) {
            failures.add(e);
            enough = true;
        }
    }

    private void talk(SocketAddress address, Random random) throws IOException {
        InetSocketAddress inet = (InetSocketAddress) address;
        try (Socket socket = new Socket(inet.getAddress(), inet.getPort())) {
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < LINES_PER_CONNECTION; i++) {
                String line = "cslmpbtyx".charAt(random.nextInt(9)) + " " + random.nextLong();
                boolean pins = line.charAt(0) == 'p';
                socket.getOutputStream().write((line + "\n" + (pins ? "more\n" : "")).getBytes(StandardCharsets.UTF_8));
                if (pins) {
                    assertThat(in.readLine()).isEqualTo("pinned more");
                }
                assertThat(in.readLine()).isEqualTo(line);
                lines.incrementAndGet();
            }
        }
    }

    private static void awaitNoThread() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().startsWith("polyserve"))
                && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("polyserve"));
    }
}
