package dev.polyserve.cli;

import dev.polyserve.WorkerInfo;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.linux.process.NonChildProcess;
import dev.polyserve.linux.process.SignalNames;
import java.io.IOException;
import java.util.List;

/// Has the worker processes of a proxy read their upstreams again, by HUP.
final class WorkerReload {
    private WorkerReload() {}

    /// Signals each that serves. HUP would kill one that is still starting, and one that is leaving takes no new client; one that has ended
    /// meanwhile needs no signal.
    static void request(List<WorkerInfo> workers, ConsoleLog log) {
        for (WorkerInfo worker : workers) {
            if (worker.state() != WorkerInfo.State.SERVING) {
                continue;
            }
            try {
                NonChildProcess.signal(worker.pid(), SignalNames.number("HUP"));
            } catch (IOException e) {
                if (NonChildProcess.isRunning(worker.pid())) {
                    log.warn("the worker process " + worker.pid()
                            + " keeps its upstreams, because it cannot be signalled: "
                            + e.getMessage(), e, "event", "reload-failed");
                }
            }
        }
    }
}
