package dev.polyserve.linux.activation;

import dev.polyserve.Server;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Reports to the service manager that a server is alive, twice in each watchdog interval, as long as the server's
/// accept loop turns. A stuck loop is not reported, so that the manager restarts the program.
///
/// **Thread**: any; the reports come from a daemon thread of its own.
public final class SystemdWatchdog implements AutoCloseable {
    private final Server server;
    private final SdNotify manager;
    private final long periodNanos;
    private final Thread thread;

    private SystemdWatchdog(Server server, SdNotify manager, Duration limit) {
        this.server = server;
        this.manager = manager;
        this.periodNanos = Math.max(1, limit.toNanos() / 2);
        this.thread = Thread.ofPlatform().daemon().name("polyserve-watchdog").unstarted(this::run);
    }

    /// Starts the reports for a started server; empty when the manager does not watch this program.
    public static Optional<SystemdWatchdog> start(Server server, SdNotify manager) {
        Optional<SystemdWatchdog> watchdog = manager.watchdog()
                .map(limit -> new SystemdWatchdog(server, manager, limit));
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
                // Waits without limit: until the loop turns, the server is not alive.
                loop.get();
                manager.alive();
                long left = periodNanos - (System.nanoTime() - began);
                if (left > 0) {
                    TimeUnit.NANOSECONDS.sleep(left);
                }
            }
        } catch (InterruptedException e) {
            // Closed: the only way to end this thread.
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing in a pulse can fail", e);
        }
    }
}
