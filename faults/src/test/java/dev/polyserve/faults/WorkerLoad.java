package dev.polyserve.faults;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Clients that connect, ask one thing and go, again and again, and count what goes wrong.
///
/// **Thread**: its test's; the clients have theirs.
final class WorkerLoad implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong served = new AtomicLong();
    private final AtomicLong notConnected = new AtomicLong();
    private final Queue<String> notServed = new ConcurrentLinkedQueue<>();
    private final Map<Long, Long> servers = new ConcurrentHashMap<>();
    private volatile boolean over;

    private WorkerLoad(int port) {
        this.port = port;
    }

    /// So many clients at once, until it is closed.
    static WorkerLoad on(CommandLine server, int clients) {
        WorkerLoad load = new WorkerLoad(server.port());
        for (int i = 0; i < clients; i++) {
            load.threads.add(Thread.ofPlatform().daemon().name("client " + i).start(load::converse));
        }
        return load;
    }

    private void converse() {
        while (!over) {
            WorkerClient client;
            try {
                client = new WorkerClient(port);
            } catch (IOException e) {
                notConnected.incrementAndGet();
                // Who asks for a port that nobody has, again and again, is some day given that port to ask from.
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            long began = System.nanoTime();
            try (client) {
                servers.merge(client.asks(), 1L, Long::sum);
                served.incrementAndGet();
            } catch (IOException e) {
                notServed.add("at " + Instant.now() + " port " + client.port() + ": " + e.getMessage() + " after "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)
                        + " ms");
            }
        }
    }

    long served() {
        return served.get();
    }

    /// How many could not connect.
    long notConnected() {
        return notConnected.get();
    }

    /// How many were connected, and then got no answer.
    long notServed() {
        return notServed.size();
    }

    /// What became of each of these.
    List<String> failures() {
        return List.copyOf(notServed);
    }

    /// The processes that have answered.
    Set<Long> servers() {
        return Set.copyOf(servers.keySet());
    }

    /// How many each of them has answered.
    Map<Long, Long> servedBy() {
        return Map.copyOf(servers);
    }

    /// Lets each come to the end of its conversation.
    void end() {
        over = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
    }
}
