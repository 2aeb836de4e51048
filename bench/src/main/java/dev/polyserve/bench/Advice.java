package dev.polyserve.bench;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Model;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Which models are in question for a handler, before anything is measured: few enough to be measured soon. A thread pool
/// is not among them: its threads serve connections, so that it does not serve more clients at once than it has threads.
///
/// @param waits how long a handler waits per request, for a database or another server
/// @param computes how much processor time it computes per request
/// @param clients how many are connected at once
public record Advice(Duration waits, Duration computes, int clients) {
    private static final int MOST_MODELS = 4;
    /// Beyond so many, a platform thread for each costs more memory than machines have to spare.
    private static final int MOST_THREADS = 5_000;
    /// A handler that computes less than this delays others by no more than the system does.
    private static final Duration SHORT = Duration.ofNanos(100_000);

    /// The models in question, the likeliest first.
    ///
    /// @param runsHere whether this machine can run it
    public List<String> models(Predicate<Model> runsHere) {
        Stream<Model> inQuestion = switch (nature()) {
            case COMPUTING ->
                Stream.of(Model.thread(), Model.processPool(1), Model.virtual(), Model.epoll(), Model.nio());
            case WAITING ->
                Stream.of(Model.virtual(), Model.epoll(), Model.ioUring(), Model.nio(), Model.thread());
            case QUICK ->
                Stream.of(Model.epoll(), Model.ioUring(), Model.nio(), Model.virtual(), Model.thread());
        };
        return inQuestion.filter(model -> clients <= MOST_THREADS || !(model instanceof ModelVariant.Threads))
                .filter(runsHere)
                .map(Model::id).limit(MOST_MODELS).toList();
    }

    /// What is to be measured: what this handler does, and where it computes, what that does to others.
    public List<Workload> workloads() {
        return switch (nature()) {
            case COMPUTING -> List.of(Workload.CUSTOM, Workload.MIXED);
            case WAITING, QUICK -> List.of(Workload.CUSTOM);
        };
    }

    /// Why these, in one sentence.
    public String reason() {
        return switch (nature()) {
            case COMPUTING ->
                "a handler that mostly computes is bound by processors, under every model; the models differ"
                        + " in how long light requests wait beside it: the system lets threads and processes take turns on a"
                        + " processor, virtual threads and event loops keep it until they wait";
            case WAITING -> "a handler that mostly waits needs a place to wait in: a thread, a virtual thread, or a"
                    + " coroutine of an event loop";
            case QUICK -> "a handler that neither waits nor computes is bound by what a request costs around it";
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
