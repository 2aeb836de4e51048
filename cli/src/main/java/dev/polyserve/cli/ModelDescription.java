package dev.polyserve.cli;

import dev.polyserve.Model;
import dev.polyserve.spi.ModelVariant;
import java.util.List;

/// The facts about a model that help to choose one.
///
/// @param runs what runs a handler
/// @param waitsIn what a handler or an event loop waits in
/// @param endpoints the endpoints that the model serves
/// @param goodFor the uses that the model is good for
record ModelDescription(String runs, String waitsIn, String endpoints, String goodFor) {
    private static final String OF_THE_JDK = "tcp, udp, unix";
    private static final String ALL_ON_LINUX = "all, Linux";
    private static final String ALL = "tcp, udp, unix; on Linux all";
    private static final String BLOCKING = "blocking calls";

    /// The facts about a model.
    static ModelDescription of(Model model) {
        return switch (model) {
            case ModelVariant.Iterative _ ->
                new ModelDescription("the server's thread, one client after another", BLOCKING, ALL,
                        "the simplest model; one client at a time");
            case ModelVariant.Threads _ -> new ModelDescription("one platform thread per connection", BLOCKING, ALL,
                    "hundreds of clients; computing that must not delay others; code that pins its thread");
            case ModelVariant.ThreadPool _ -> new ModelDescription("N platform threads, bounded queue", BLOCKING, ALL,
                    "short requests with a hard limit on concurrent work");
            case ModelVariant.VirtualThreads _ ->
                new ModelDescription("one virtual thread per connection", "the JDK's pollers", ALL,
                        "many clients with blocking code that mostly waits; a computing handler occupies a processor");
            case ModelVariant.ProcessPerConnection _ ->
                new ModelDescription("one worker process per connection", BLOCKING, ALL_ON_LINUX,
                        "code that may crash or must be isolated");
            case ModelVariant.ProcessPool _ ->
                new ModelDescription("N worker processes, each with an inner model", "inner model",
                        ALL_ON_LINUX, "all cores; a crash ends only one worker");
            case ModelVariant.Polling _ ->
                new ModelDescription("one loop that tries every connection", "nothing: it polls, and sleeps",
                        ALL_ON_LINUX,
                        "teaching: idle clients cost system calls, busy ones a processor; up to 1 ms of delay");
            case ModelVariant.Select _ -> loops("select", "a few clients, teaching");
            case ModelVariant.Poll _ -> loops("poll", "hundreds of busy clients");
            case ModelVariant.Epoll epoll when epoll.edgeTriggered() ->
                loops("epoll, edge-triggered", "many idle clients, fewest calls");
            case ModelVariant.Epoll _ ->
                loops("epoll", "many clients, most of them idle; a computing handler delays its loop");
            case ModelVariant.IoUring _ ->
                new ModelDescription("event loops over a completion ring", "io_uring_enter", ALL_ON_LINUX,
                        "the least CPU per request on a recent kernel");
            case ModelVariant.Nio _ ->
                new ModelDescription("event loops over java.nio selectors", "the JDK's selector", OF_THE_JDK,
                        "many clients on any system; a computing handler delays its loop");
        };
    }

    /// The ids of all models.
    static List<String> ids() {
        return Model.all().stream().map(Model::id).toList();
    }

    private static ModelDescription loops(String call, String goodFor) {
        return new ModelDescription("event loops", call, ALL_ON_LINUX, goodFor);
    }
}
