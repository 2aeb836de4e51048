package dev.polyserve.cli;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Model;
import java.util.List;

/// What is to be known about a model when one is chosen.
///
/// @param runs what runs a handler
/// @param waitsIn what it waits in
/// @param endpoints which endpoints it serves
/// @param goodFor what it is good for
record ModelFacts(String runs, String waitsIn, String endpoints, String goodFor) {
    private static final String OF_THE_JDK = "tcp, udp, unix";
    private static final String ALL_ON_LINUX = "all, Linux";
    private static final String ALL = "tcp, udp, unix; on Linux all";
    private static final String BLOCKING = "blocking calls";

    /// The facts about this model.
    static ModelFacts of(Model model) {
        return switch (model) {
            case ModelVariant.Iterative _ ->
                new ModelFacts("the server's thread, one client after another", BLOCKING, ALL,
                        "the simplest there is; one client at a time");
            case ModelVariant.Threads _ -> new ModelFacts("one platform thread per connection", BLOCKING, ALL,
                    "some hundred clients; computing that must not delay others; code that pins its thread");
            case ModelVariant.ThreadPool _ -> new ModelFacts("N platform threads, bounded queue", BLOCKING, ALL,
                    "short requests with a firm bound on work at once");
            case ModelVariant.VirtualThreads _ ->
                new ModelFacts("one virtual thread per connection", "the JDK's pollers", ALL,
                        "many clients, plain code that mostly waits; as many computing at once as processors delay all");
            case ModelVariant.ProcessPerConnection _ ->
                new ModelFacts("one worker process per connection", BLOCKING, ALL_ON_LINUX,
                        "code that may crash or must be kept apart");
            case ModelVariant.ProcessPool _ ->
                new ModelFacts("N worker processes, each with an inner model", "inner model",
                        ALL_ON_LINUX, "all cores, and a crash that costs one worker");
            case ModelVariant.Polling _ -> new ModelFacts("one loop that asks every connection",
                    "nothing: it asks, and rests",
                    ALL_ON_LINUX, "teaching: each silent client costs calls, a busy one a processor; up to 1 ms late");
            case ModelVariant.Select _ -> loops("select", "a few clients, teaching");
            case ModelVariant.Poll _ -> loops("poll", "some hundred busy clients");
            case ModelVariant.Epoll epoll when epoll.edgeTriggered() ->
                loops("epoll, edge-triggered", "many idle clients, fewest calls");
            case ModelVariant.Epoll _ ->
                loops("epoll", "many clients, most of them idle; one that computes delays its loop");
            case ModelVariant.IoUring _ ->
                new ModelFacts("event loops over a completion ring", "io_uring_enter", ALL_ON_LINUX,
                        "the least CPU per request on a new kernel");
            case ModelVariant.Nio _ ->
                new ModelFacts("event loops over java.nio selectors", "the JDK's selector", OF_THE_JDK,
                        "many clients on any system; one that computes delays its loop");
        };
    }

    /// The names of all models.
    static List<String> ids() {
        return Model.all().stream().map(Model::id).toList();
    }

    private static ModelFacts loops(String call, String goodFor) {
        return new ModelFacts("event loops", call, ALL_ON_LINUX, goodFor);
    }
}
