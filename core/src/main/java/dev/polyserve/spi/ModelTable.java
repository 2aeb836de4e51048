package dev.polyserve.spi;

import dev.polyserve.spi.ModelDescription.Endpoints;
import dev.polyserve.spi.ModelDescription.Runs;
import java.time.Duration;

/// The table of models, one method per row, in the order of the documentation. A new model is one more row here, a
/// factory in [dev.polyserve.Model], and whatever is new in its [HandlerExecutionStrategy] or [MultiplexerKind].
public final class ModelTable {
    private static final String BLOCKING = "blocking calls";
    private static final String UP_TO_THE_LIMIT = "up to the limit";
    private static final String LOOPS = "event loops";

    private ModelTable() {}

    /// `auto`.
    public static ModelDefinition auto(int loops) {
        return new ModelDefinition("auto", new HandlerExecutionStrategy.Auto(loops), new ModelDescription(
                new Runs("event loops that are handed off, else a virtual thread per connection",
                        "the connection's loop", "the first loop"),
                "epoll, else the JDK's pollers", UP_TO_THE_LIMIT,
                "those of its loop, for 2 ms; without hand-off as under virtual", Endpoints.ALL,
                "most servers; the default"));
    }

    /// `iterative`.
    public static ModelDefinition iterative() {
        return new ModelDefinition("iterative", new HandlerExecutionStrategy.Iterative(), new ModelDescription(
                new Runs("the server's thread, one client after another", "the server's thread", "the server's thread"),
                BLOCKING, "1", "all clients", Endpoints.ALL, "the simplest model; one client at a time"));
    }

    /// `thread`.
    public static ModelDefinition thread() {
        return new ModelDefinition("thread", new HandlerExecutionStrategy.ThreadPerConnection(), new ModelDescription(
                new Runs("one platform thread per connection", "the connection's thread", "a thread per datagram"),
                BLOCKING, UP_TO_THE_LIMIT, "no other client", Endpoints.ALL,
                "hundreds of clients; computing that must not delay others; code that pins its thread"));
    }

    /// `thread-pool`.
    public static ModelDefinition threadPool(HandlerExecutionStrategy.ThreadPool pool) {
        return new ModelDefinition("thread-pool", pool, new ModelDescription(
                new Runs("N platform threads, bounded queue", "a thread of the pool", "a thread of the pool"),
                BLOCKING, "threads + queue", "clients that wait for a free thread", Endpoints.ALL,
                "short requests with a hard limit on concurrent work"));
    }

    /// `virtual`.
    public static ModelDefinition virtual() {
        return new ModelDefinition("virtual", new HandlerExecutionStrategy.VirtualThreads(), new ModelDescription(
                new Runs("one virtual thread per connection", "the connection's thread",
                        "a virtual thread per datagram"),
                "the JDK's pollers", UP_TO_THE_LIMIT,
                "no other client while fewer compute than there are processors; then all", Endpoints.ALL,
                "many clients with blocking code that mostly waits; a computing handler occupies a processor"));
    }

    /// `process`.
    public static ModelDefinition process(HandlerExecutionStrategy.ProcessPerConnection processes) {
        return new ModelDefinition("process", processes, new ModelDescription(
                new Runs("one worker process per connection", "the worker's thread", "a worker process per datagram"),
                BLOCKING, "workers", "no other client", Endpoints.ALL_ON_LINUX,
                "code that may crash or must be isolated"));
    }

    /// `process-pool`.
    public static ModelDefinition processPool(HandlerExecutionStrategy.ProcessPool pool) {
        String inner = "inner model";
        return new ModelDefinition("process-pool", pool, new ModelDescription(
                new Runs("N worker processes, each with an inner model", inner, inner),
                inner, "workers × those of the inner model", "those that the inner model delays, in its worker",
                Endpoints.ALL_ON_LINUX, "all cores; a crash ends only one worker"));
    }

    /// `polling`.
    public static ModelDefinition polling(Duration longestRest) {
        return new ModelDefinition("polling",
                new HandlerExecutionStrategy.Loops(1, new MultiplexerKind.Polling(longestRest)),
                new ModelDescription(new Runs("one loop that tries every connection", "the loop", "the loop"),
                        "nothing: it polls, and sleeps", UP_TO_THE_LIMIT, "all clients, for 2 ms",
                        Endpoints.ALL_ON_LINUX,
                        "teaching: idle clients cost system calls, busy ones a processor; up to 1 ms of delay"));
    }

    /// `select`.
    public static ModelDefinition select(int loops) {
        return loops("select", loops, new MultiplexerKind.Select(),
                onLinux(LOOPS, "select", "a few clients, teaching"));
    }

    /// `poll`.
    public static ModelDefinition poll(int loops) {
        return loops("poll", loops, new MultiplexerKind.Poll(), onLinux(LOOPS, "poll", "hundreds of busy clients"));
    }

    /// `epoll`.
    public static ModelDefinition epoll(int loops) {
        return loops("epoll", loops, new MultiplexerKind.Epoll(false),
                onLinux(LOOPS, "epoll", "many clients, most of them idle"));
    }

    /// `epoll-et`.
    public static ModelDefinition epollEt(int loops) {
        return loops("epoll-et", loops, new MultiplexerKind.Epoll(true),
                onLinux(LOOPS, "epoll, edge-triggered", "many idle clients, fewest calls"));
    }

    /// `io_uring`.
    public static ModelDefinition ioUring(int loops) {
        return loops("io_uring", loops, new MultiplexerKind.IoUring(), ofLoops("event loops over a completion ring",
                "io_uring_enter", Endpoints.ALL_ON_LINUX,
                "the least CPU per request on a recent kernel"));
    }

    /// `nio`.
    public static ModelDefinition nio(int loops) {
        return loops("nio", loops, new MultiplexerKind.JavaNio(), ofLoops("event loops over java.nio selectors",
                "the JDK's selector", Endpoints.OF_THE_JDK,
                "many clients on any system"));
    }

    private static ModelDefinition loops(String id, int count, MultiplexerKind multiplexing,
            ModelDescription description) {
        return new ModelDefinition(id, new HandlerExecutionStrategy.Loops(count, multiplexing), description);
    }

    private static ModelDescription onLinux(String handler, String call, String goodFor) {
        return ofLoops(handler, call, Endpoints.ALL_ON_LINUX, goodFor);
    }

    private static ModelDescription ofLoops(String handler, String call, Endpoints endpoints, String goodFor) {
        return new ModelDescription(new Runs(handler, "the connection's loop", "the first loop"), call,
                UP_TO_THE_LIMIT, "those of its loop, for 2 ms", endpoints, goodFor);
    }
}
