package dev.polyserve.faults;

import dev.polyserve.conformance.TestScope;
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

/// Clients that repeatedly connect, make one request and disconnect, and count failures.
///
/// **Thread**: the test's; each client has one of its own.
final class WorkerLoad implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /// Leaves processor time for the server's processes, some of which start meanwhile: clients that fill the processors make
    /// the start of a worker take three times as long.
    private static final long THINK_NANOS = TimeUnit.MILLISECONDS
            .toNanos(TestScope.current() == TestScope.FULL ? 1 : 10);

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

    /// Runs the given number of clients at once until closed.
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
                // Repeated connects to a free local port can get that port as their own and connect to themselves.
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
            LockSupport.parkNanos(THINK_NANOS);
        }
    }

    long served() {
        return served.get();
    }

    /// The number of failed connects.
    long notConnected() {
        return notConnected.get();
    }

    /// The number of connected clients without an answer.
    long notServed() {
        return notServed.size();
    }

    /// The failure of each of these clients.
    List<String> failures() {
        return List.copyOf(notServed);
    }

    /// The ids of the processes that answered.
    Set<Long> servers() {
        return Set.copyOf(servers.keySet());
    }

    /// The number of answers of each process.
    Map<Long, Long> servedBy() {
        return Map.copyOf(servers);
    }

    /// Ends the load after the present exchange of each client.
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
