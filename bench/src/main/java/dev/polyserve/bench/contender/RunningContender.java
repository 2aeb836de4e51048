package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// A contender that serves, from [ContenderLauncher#start] until it is closed.
///
/// **Thread**: any.
public final class RunningContender implements AutoCloseable {
    private final String name;
    private final Endpoint endpoint;
    private final Lifecycle lifecycle;
    private final ContenderProcesses processes;
    private final List<String> remarks;

    RunningContender(String name, Endpoint endpoint, Lifecycle lifecycle, ContenderProcesses processes,
            List<String> remarks) {
        this.name = name;
        this.endpoint = endpoint;
        this.lifecycle = lifecycle;
        this.processes = processes;
        this.remarks = List.copyOf(remarks);
    }

    /// The life cycle of the contender's processes.
    sealed interface Lifecycle permits ContenderRootProcess, ExistingServer {
        /// Describes how the contender ended; empty while it runs.
        Optional<String> ended();

        /// The last lines that it printed.
        List<String> lastOutput();

        /// Ends a contender that the benchmark started; leaves others alone.
        void close();
    }

    /// The name in tables.
    public String name() {
        return name;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /// True while the contender runs; always true for an existing server with an unknown process.
    public boolean alive() {
        return lifecycle.ended().isEmpty();
    }

    /// Describes in one sentence how the contender ended, with its last output; empty while it runs.
    public Optional<String> ended() {
        return lifecycle.ended();
    }

    /// The last lines of its standard error, or of its standard output when standard error is empty.
    public List<String> lastOutput() {
        return lifecycle.lastOutput();
    }

    /// Facts that a reader of its figures must know, one sentence each.
    public List<String> remarks() {
        return remarks;
    }

    /// The ids of its processes now; empty when they are not known.
    public List<Long> pids() {
        return processes.pids();
    }

    /// Samples the resources used so far; the difference to a later sample is the cost.
    ///
    /// @param counter another count, such as answered requests. It is read at the same moment, because it grows during
    ///         the milliseconds that a sample takes
    public ResourceUsage usage(LongSupplier counter) {
        return UsageSampler.take(processes, counter);
    }

    /// The resources that it holds now.
    public ResourceFootprint footprint() {
        return ResourceFootprint.of(processes);
    }

    /// The current descriptor limit of its root process; empty where the system does not report it.
    public OptionalLong descriptorLimit() {
        return DescriptorLimit.of(processes);
    }

    /// Runs two garbage collections and returns the bytes of the live objects of all its Java processes.
    ///
    /// This stops the contender for a moment. Empty when it is not a Java program, or does not answer.
    public OptionalLong liveHeapBytes() throws InterruptedException {
        return LiveHeapMeasurement.bytes(processes.pids());
    }

    /// Ends all its processes, within seconds; leaves a server alone that already ran. May be called by any thread, any
    /// number of times, also while the JVM shuts down.
    @Override
    public void close() {
        lifecycle.close();
    }
}
