package dev.polyserve.run;

import dev.polyserve.spi.ServerProvider;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.ServerLog;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs a server's periodic actions on a thread of their own, which exists only if there are actions.
final class PeriodicActionThread {
    private final List<ServerProvider.Periodic> actions;
    private final ServerLog log;
    private @Nullable ScheduledExecutorService scheduler;

    PeriodicActionThread(List<ServerProvider.Periodic> actions, ServerLog log) {
        this.actions = actions;
        this.log = log;
    }

    void start() {
        if (actions.isEmpty()) {
            return;
        }
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().name("polyserve-periodic").daemon().unstarted(task));
        scheduler = started;
        for (ServerProvider.Periodic periodic : actions) {
            long nanos = ServerContext.nanos(periodic.every());
            var _ = started.scheduleWithFixedDelay(() -> guarded(periodic.action()), nanos, nanos,
                    TimeUnit.NANOSECONDS);
        }
    }

    void stop() {
        if (scheduler != null) {
            scheduler.shutdownNow();
        }
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            log.failed(System.Logger.Level.WARNING, "a periodic action failed", e);
        }
    }
}
