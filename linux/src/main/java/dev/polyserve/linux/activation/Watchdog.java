package dev.polyserve.linux.activation;

import dev.polyserve.Server;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Tells the service manager that a server lives, twice in the time that the manager waits, as long as the server's accepting
/// loop comes by: one that is stuck is not reported, so that the manager starts the program anew.
///
/// **Thread**: any; it has one of its own, a daemon.
public final class Watchdog implements AutoCloseable {
    private final Server server;
    private final ServiceManager manager;
    private final long periodNanos;
    private final Thread thread;

    private Watchdog(Server server, ServiceManager manager, Duration limit) {
        this.server = server;
        this.manager = manager;
        this.periodNanos = Math.max(1, limit.toNanos() / 2);
        this.thread = Thread.ofPlatform().daemon().name("polyserve-watchdog").unstarted(this::run);
    }

    /// Begins for a started server, if its manager wants to know.
    public static Optional<Watchdog> start(Server server, ServiceManager manager) {
        Optional<Watchdog> watchdog = manager.watchdog().map(limit -> new Watchdog(server, manager, limit));
        watchdog.ifPresent(started -> started.thread.start());
        return watchdog;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                CompletableFuture<Void> loop = server.pulse();
                long began = System.nanoTime();
                // However long that takes: until then it does not live.
                loop.get();
                manager.alive();
                long left = periodNanos - (System.nanoTime() - began);
                if (left > 0) {
                    TimeUnit.NANOSECONDS.sleep(left);
                }
            }
        } catch (InterruptedException e) {
            // Closed: the one way in which it ends.
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing in a pulse can fail", e);
        }
    }
}
