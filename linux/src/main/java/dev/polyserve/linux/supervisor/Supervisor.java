package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.Options;
import dev.polyserve.WorkerInfo;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.WorkerTotals;
import dev.polyserve.run.Runner;
import dev.polyserve.run.WorkerControl;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The runner of a process model: workers serve its connections and datagrams.
///
/// This class answers what the [WorkerPool] and its loop provide; the models differ in how clients reach workers.
///
/// **Thread**: as [Runner] and [WorkerControl]; as [ScalingPolicy], the loop.
abstract sealed class Supervisor implements Runner, WorkerControl, ScalingPolicy
        permits ProcessPerConnectionRunner, ProcessPoolRunner {
    /// Whether the server's limits differ from those with which a worker's program starts. Owned by the loop.
    private boolean reconfigured;

    /// The loop that owns the workers.
    abstract SupervisorLoop supervisorLoop();

    /// The loop that accepts and owns the workers. **Thread**: any.
    final EventLoop loop() {
        return supervisorLoop().loop();
    }

    @Override
    public final List<EventLoop> loops() {
        return List.of(loop());
    }

    @Override
    public final WorkerControl workerControl() {
        return this;
    }

    @Override
    public final void start(Consumer<? super IOException> whenLost) throws IOException {
        context().whenReplaced(() -> loop().post(this::reconfigured));
        context().remoteCertificates(supervisorLoop().certificates());
        supervisorLoop().start(whenLost);
    }

    @Override
    public final List<WorkerInfo> workers() {
        return supervisorLoop().roll();
    }

    @Override
    public final Optional<WorkerTotals> counters() {
        return Optional.of(supervisorLoop().counters());
    }

    /// The number of connections that each worker may serve.
    abstract int share();

    abstract ServerContext context();

    /// Passes the server's new options on to the workers.
    void reconfigured() {
        loop().assertOwner();
        reconfigured = true;
        supervisorLoop().workerPool().examineSoon();
        limits().ifPresent(this::pass);
    }

    private void pass(WorkerCommand command) {
        supervisorLoop().workerPool().all().forEach(worker -> worker.command(command));
    }

    @Override
    public final Optional<WorkerCommand.ChangeLimits> limits() {
        loop().assertOwner();
        if (!reconfigured) {
            return Optional.empty();
        }
        Options now = context().options();
        return Optional.of(
                new WorkerCommand.ChangeLimits(now.limits().withConnections(share()), now.timeouts(),
                        now.proxyProtocol(), now.access(),
                        now.onFull()));
    }

    @Override
    public final Optional<WorkerCommand.ReplaceTls> certificates() {
        return supervisorLoop().certificates().replaced();
    }

    @Override
    public final void checked(WorkerEventMessage.TlsChecked outcome) {
        supervisorLoop().certificates().checked(outcome);
    }

    @Override
    public final boolean startFailed(String why) {
        return supervisorLoop().startFailed(why);
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
