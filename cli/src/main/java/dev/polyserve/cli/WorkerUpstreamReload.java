package dev.polyserve.cli;

import dev.polyserve.WorkerInfo;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.linux.process.NonChildProcess;
import dev.polyserve.linux.process.SignalNames;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Has the worker processes of a proxy read their upstreams again, by HUP.
///
/// **Thread**: any; a thread of its own waits for the workers that are starting.
final class WorkerUpstreamReload {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int MOST_LOOKS = 1_200;

    private final Supplier<List<WorkerInfo>> workers;
    private final ConsoleLog log;

    private WorkerUpstreamReload(Supplier<List<WorkerInfo>> workers, ConsoleLog log) {
        this.workers = workers;
        this.log = log;
    }

    /// Signals each that serves, and each that is starting as soon as it serves: it may have read the file before it was changed,
    /// and HUP would end it. One that is leaving takes no new client.
    static void request(Supplier<List<WorkerInfo>> workers, ConsoleLog log) {
        WorkerUpstreamReload reload = new WorkerUpstreamReload(workers, log);
        List<WorkerInfo> now = workers.get();
        now.stream().filter(worker -> worker.state() == WorkerInfo.State.SERVING).forEach(reload::signal);
        Set<Long> starting = pids(now, WorkerInfo.State.BOOTING);
        if (!starting.isEmpty()) {
            Thread.ofVirtual().name("polyserve-reload").start(() -> reload.whenTheyServe(starting));
        }
    }

    private static Set<Long> pids(List<WorkerInfo> workers, WorkerInfo.State state) {
        return workers.stream().filter(worker -> worker.state() == state).map(WorkerInfo::pid)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private void whenTheyServe(Set<Long> starting) {
        try {
            Set<Long> left = starting;
            for (int looks = 0; !left.isEmpty() && looks < MOST_LOOKS; looks++) {
                Thread.sleep(LOOK);
                List<WorkerInfo> now = workers.get();
                Set<Long> before = left;
                now.stream().filter(worker -> worker.state() == WorkerInfo.State.SERVING
                        && before.contains(worker.pid())).forEach(this::signal);
                left = pids(now, WorkerInfo.State.BOOTING);
                left.retainAll(before);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the program ends
        }
    }

    /// One that has ended meanwhile needs no signal.
    private void signal(WorkerInfo worker) {
        try {
            NonChildProcess.signal(worker.pid(), SignalNames.number("HUP"));
        } catch (IOException e) {
            if (NonChildProcess.isRunning(worker.pid())) {
                log.warn("the worker process " + worker.pid() + " keeps its upstreams, because it cannot be signalled: "
                        + e.getMessage(), e, "event", "reload-failed");
            }
        }
    }
}
