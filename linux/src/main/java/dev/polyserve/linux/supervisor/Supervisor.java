package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.Options;
import dev.polyserve.WorkerInfo;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The runner of a process model: workers serve its connections and datagrams.
///
/// This class answers what the [WorkerPool] and its loop provide; the models differ in how clients reach workers.
///
/// **Thread**: as [Runner]; as [ScalingPolicy], the loop.
abstract sealed class Supervisor implements Runner, ScalingPolicy permits PerConnectionRunner, PoolRunner {
    /// Whether the server's limits differ from those with which a worker's program starts. Owned by the loop.
    private boolean reconfigured;

    /// The loop that owns the workers.
    abstract SupervisorLoop supervisorLoop();

    @Override
    public final void start(Consumer<? super IOException> whenLost) throws IOException {
        supervisorLoop().start(whenLost);
    }

    @Override
    public final EventLoop acceptLoop() {
        return supervisorLoop().loop();
    }

    @Override
    public final boolean servesInline() {
        return false;
    }

    @Override
    public final boolean owns(Thread thread) {
        return thread.equals(supervisorLoop().loop().thread());
    }

    @Override
    public final List<WorkerInfo> workers() {
        return supervisorLoop().roll();
    }

    @Override
    public final RemoteCounters remoteCounters() {
        return supervisorLoop().workerPool().counted();
    }

    @Override
    public final long workerRestarts() {
        return supervisorLoop().workerPool().restarts();
    }

    /// The number of connections that each worker may serve.
    abstract int share();

    /// The server's options.
    abstract Options options();

    @Override
    public void reconfigured() {
        reconfigured = true;
        limits().ifPresent(limits -> supervisorLoop().workerPool().all().forEach(worker -> worker.command(limits)));
    }

    @Override
    public final Optional<WorkerCommand.ChangeLimits> limits() {
        if (!reconfigured) {
            return Optional.empty();
        }
        Options now = options();
        return Optional.of(
                new WorkerCommand.ChangeLimits(now.limits().withConnections(share()), now.timeouts(), now.onFull()));
    }

    @Override
    public final void hopeless(String why) {
        supervisorLoop().hopeless(why);
    }

    @Override
    public final void stop() {
        supervisorLoop().stop();
    }
}
