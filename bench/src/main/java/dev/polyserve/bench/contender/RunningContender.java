package dev.polyserve.bench.contender;

import dev.polyserve.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// A contender that serves, from [Launcher#start] until it is closed.
///
/// **Thread**: any.
public final class RunningContender implements AutoCloseable {
    private final String name;
    private final Endpoint endpoint;
    private final Life life;
    private final Processes processes;
    private final List<String> remarks;

    RunningContender(String name, Endpoint endpoint, Life life, Processes processes, List<String> remarks) {
        this.name = name;
        this.endpoint = endpoint;
        this.life = life;
        this.processes = processes;
        this.remarks = List.copyOf(remarks);
    }

    /// How it lives and ends.
    sealed interface Life permits StartedProcess, ExistingServer {
        /// How it ended; empty while it lives.
        Optional<String> ended();

        /// What it said last.
        List<String> lastWords();

        /// Ends it, where that is our business.
        void close();
    }

    /// What it is called in tables.
    public String name() {
        return name;
    }

    /// Where it serves.
    public Endpoint endpoint() {
        return endpoint;
    }

    /// Whether it still runs; of an existing server whose process is not known, that is supposed.
    public boolean alive() {
        return life.ended().isEmpty();
    }

    /// How it ended, in one sentence that names it, with its last words; empty while it lives.
    public Optional<String> ended() {
        return life.ended();
    }

    /// The last lines of its error output, or where there are none, of its output.
    public List<String> lastWords() {
        return life.lastWords();
    }

    /// What a reader of its numbers must know, a sentence each.
    public List<String> remarks() {
        return remarks;
    }

    /// The numbers of its processes now; empty when they are not known.
    public List<Long> pids() {
        return processes.pids();
    }

    /// What it has used so far: for the difference to a later sample.
    ///
    /// @param counter what else is counted, requests that were answered for instance; read at the same moment, because
    ///         a sample takes milliseconds, in which more of them are
    public Usage usage(LongSupplier counter) {
        return UsageSampler.take(processes, counter);
    }

    /// What it holds now.
    public Footprint footprint() {
        return Footprint.of(processes);
    }

    /// How many descriptors its first process may open as it is now; empty where the system does not tell.
    public OptionalLong descriptorLimit() {
        return DescriptorLimit.of(processes);
    }

    /// Collects its garbage, twice, and returns the bytes of the objects that are left, of all its Java processes.
    ///
    /// That stops it for a moment. Empty when it is not a Java program, or cannot be asked.
    public OptionalLong liveHeapBytes() throws InterruptedException {
        return LiveHeap.bytes(processes.pids());
    }

    /// Ends all its processes, within seconds; leaves alone a server that was there before. Any thread, any number of
    /// times, also while the JVM shuts down.
    @Override
    public void close() {
        life.close();
    }
}
