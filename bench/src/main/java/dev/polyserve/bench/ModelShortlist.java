package dev.polyserve.bench;

import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Selects the models worth measuring for a handler, before anything is measured.
///
/// The list is short, so that the benchmark is too. It never contains a thread pool: each connection occupies a thread
/// of the pool, so a pool serves no more clients at once than it has threads.
///
/// @param waits how long a handler waits per request, for a database or another server
/// @param computes how much processor time a handler uses per request
/// @param clients number of clients connected at the same time
public record ModelShortlist(Duration waits, Duration computes, int clients) {
    private static final int MOST_MODELS = 4;
    /// From this number of clients on, most of them are idle most of the time, and their memory may be that of a server.
    private static final int MANY_CLIENTS = 1_000;
    /// Above this number of clients, one platform thread each needs more memory than most machines have to spare.
    private static final int MOST_THREADS = 5_000;
    /// A handler that computes for less than this delays other requests no more than the operating system's scheduler
    /// does.
    private static final Duration SHORT = Duration.ofNanos(100_000);

    /// The models to measure, the most promising first.
    ///
    /// @param runsHere true for a model that this machine can run
    public List<String> models(Predicate<Model> runsHere) {
        Stream<Model> inQuestion = switch (nature()) {
            case COMPUTING ->
                Stream.of(Model.auto(), Model.thread(), Model.processPool(1), Model.virtual(), Model.nio());
            case WAITING ->
                Stream.of(Model.auto(), Model.virtual(), Model.ioUring(), Model.nio(), Model.thread());
            case QUICK ->
                Stream.of(Model.auto(), Model.ioUring(), Model.nio(), Model.virtual(), Model.thread());
        };
        return inQuestion
                .filter(model -> clients <= MOST_THREADS
                        || !ModelDefinition.of(model).execution().hasThreadPerConnection())
                .filter(runsHere)
                .map(Model::id).limit(MOST_MODELS).toList();
    }

    /// The workloads to measure: the handler's own; for a computing handler also its effect on other clients, and for many
    /// clients the memory of an idle connection.
    public List<Workload> workloads() {
        List<Workload> workloads = new ArrayList<>(List.of(Workload.CUSTOM));
        if (nature() == Nature.COMPUTING) {
            workloads.add(Workload.MIXED);
        }
        if (clients >= MANY_CLIENTS) {
            workloads.add(Workload.IDLE);
        }
        return workloads;
    }

    /// Explains the choice of models in one sentence.
    public String reason() {
        return switch (nature()) {
            case COMPUTING ->
                "a handler that mostly computes is limited by the processors under every model; the models differ"
                        + " in how long light requests wait beside it: the operating system time-slices threads and"
                        + " processes, and event loops go on with another thread, while virtual threads keep a processor"
                        + " until they wait";
            case WAITING -> "a handler that mostly waits needs something to wait in: a thread, a virtual thread, or a"
                    + " coroutine of an event loop";
            case QUICK -> "a handler that neither waits nor computes is limited by the cost of a request around it";
        };
    }

    private Nature nature() {
        if (computes.compareTo(SHORT) >= 0 && computes.compareTo(waits) >= 0) {
            return Nature.COMPUTING;
        }
        return waits.isPositive() ? Nature.WAITING : Nature.QUICK;
    }

    private enum Nature {
        COMPUTING, WAITING, QUICK
    }
}
