package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import java.util.List;
import java.util.Optional;

/// A scaling policy that wants one worker. The worker is given no sockets, and is expected to say nothing.
///
/// **Thread**: the supervisor's loop.
final class OneWorkerPolicy implements ScalingPolicy {
    boolean asManyAsThereAre;
    boolean draining;
    private final boolean mayLeave;

    /// @param mayLeave whether the worker may be sent the command to end
    OneWorkerPolicy(boolean mayLeave) {
        this.mayLeave = mayLeave;
    }

    @Override
    public int wanted(WorkerPool those) {
        return asManyAsThereAre ? those.stayingCount() : 1;
    }

    @Override
    public boolean mayLeave(Worker worker) {
        return mayLeave;
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    @Override
    public WorkerCommand.Serve workerMain() {
        return new WorkerCommand.Serve(true, List.of(), 1, Optional.empty());
    }

    @Override
    public Optional<WorkerCommand.ChangeLimits> limits() {
        return Optional.empty();
    }

    @Override
    public Optional<WorkerCommand.ReplaceTls> certificates() {
        return Optional.empty();
    }

    @Override
    public void checked(WorkerEventMessage.TlsChecked outcome) {
        throw new AssertionError(outcome);
    }

    @Override
    public boolean startFailed(String why) {
        throw new AssertionError(why);
    }

    @Override
    public int[] listeners() {
        return new int[0];
    }

    @Override
    public void ready(Worker worker) {
        throw new AssertionError(worker + " serves");
    }

    @Override
    public void changed() {
        // It serves nothing.
    }

    @Override
    public void told(Worker worker, WorkerEventMessage event) {
        throw new AssertionError(worker + " tells " + event);
    }

    @Override
    public void hopeless(String why) {
        throw new AssertionError(why);
    }
}
