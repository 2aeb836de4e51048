package dev.polyserve.lab.recording;

import dev.polyserve.text.JsonObjectWriter;
import java.util.OptionalLong;

/// The figures of a server at one moment. Those that are not known are empty.
///
/// @param micros when, in microseconds since the run's start
/// @param server the number of the server
/// @param backlog connections in the kernel's accept queue
/// @param connections those of its connections that events tell of
/// @param requests how many requests its clients have had answered since the run's start
/// @param processes what its processes hold and have used
public record LabServerSample(long micros, int server, OptionalLong backlog, Connections connections, long requests,
        Processes processes) implements LabRecordingItem {
    /// How many connections are in which state.
    ///
    /// @param active accepted and not closed
    /// @param queued those of them that wait for a thread or a process, since they have had no turn
    public record Connections(OptionalLong active, OptionalLong queued) {
        /// Nothing is known.
        public static final Connections UNKNOWN = new Connections(OptionalLong.empty(), OptionalLong.empty());
    }

    /// The processes of a server, all together.
    ///
    /// @param count how many run
    /// @param threads how many threads they have
    /// @param residentBytes their resident memory, in which shared pages count once for each
    /// @param processorSeconds the processor time that they have used since the run's start
    /// @param systemCalls the system calls that they have made since the run's start
    public record Processes(int count, int threads, long residentBytes, double processorSeconds,
            OptionalLong systemCalls) {}

    LabServerSample with(Connections known, long answered) {
        return new LabServerSample(micros, server, backlog, known, answered, processes);
    }

    @Override
    public String json() {
        JsonObjectWriter sample = new JsonObjectWriter().put("server", server).put("t", micros)
                .put("requests", requests)
                .put("residentBytes", processes.residentBytes()).put("processorSeconds", processes.processorSeconds())
                .put("processes", processes.count()).put("threads", processes.threads());
        put(sample, "backlog", backlog);
        put(sample, "active", connections.active());
        put(sample, "queue", connections.queued());
        put(sample, "systemCalls", processes.systemCalls());
        return new JsonObjectWriter().put("sample", sample).toString();
    }

    private static void put(JsonObjectWriter sample, String name, OptionalLong value) {
        value.ifPresent(known -> {
            JsonObjectWriter _ = sample.put(name, known);
        });
    }
}
