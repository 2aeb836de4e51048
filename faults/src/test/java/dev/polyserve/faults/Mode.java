package dev.polyserve.faults;

import java.util.List;
import java.util.stream.Stream;

/// How the server under test serves: a model and a style.
///
/// @param model as on the command line
/// @param style how the service is written
record Mode(String model, Style style) {
    private static final List<String> CONCURRENT_MODELS = List.of("thread", "thread-pool", "virtual", "nio", "epoll");
    private static final List<String> READINESS_LOOPS = List.of("polling", "select", "poll", "epoll", "epoll-et");
    private static final List<String> LINUX_LOOPS = Stream.concat(READINESS_LOOPS.stream(), Stream.of("io_uring"))
            .toList();
    private static final List<String> MODELS = Stream.concat(Stream.of("iterative"), CONCURRENT_MODELS.stream())
            .toList();
    /// The loops that differ from `epoll` in how they wait only, each in one style; and the ring, which differs in all that
    /// it calls, in both.
    private static final List<Mode> OTHER_LOOPS = List.of(new Mode("polling", Style.PROTOCOL),
            new Mode("select", Style.HANDLER), new Mode("poll", Style.PROTOCOL), new Mode("epoll-et", Style.HANDLER),
            new Mode("io_uring", Style.HANDLER), new Mode("io_uring", Style.PROTOCOL));

    /// The two ways to write a service.
    enum Style {
        HANDLER, PROTOCOL
    }

    /// Every model, with a handler.
    static List<Mode> models() {
        return with(of(MODELS, Style.HANDLER), of(LINUX_LOOPS, Style.HANDLER));
    }

    /// The models that serve several at once, with a handler.
    static List<Mode> concurrentModels() {
        return with(of(CONCURRENT_MODELS, Style.HANDLER), of(LINUX_LOOPS, Style.HANDLER));
    }

    /// The model that serves one client after another.
    static List<Mode> iterativeModel() {
        return of(List.of("iterative"), Style.HANDLER);
    }

    /// Every model, those that differ most from each other in both styles.
    static List<Mode> all() {
        return with(inBothStyles(MODELS), OTHER_LOOPS);
    }

    /// The models that serve several at once, those that differ most from each other in both styles.
    static List<Mode> allConcurrent() {
        return with(inBothStyles(CONCURRENT_MODELS), OTHER_LOOPS);
    }

    /// The same as [#all], without the ring, whose reads and writes are no system calls that a test could let fail.
    static List<Mode> allThatCall() {
        return all().stream().filter(mode -> !mode.model().equals("io_uring")).toList();
    }

    /// The event loops of Linux, with a protocol, which shows the loop most directly.
    static List<Mode> linuxLoops() {
        return of(LINUX_LOOPS, Style.PROTOCOL);
    }

    /// Those of them that are told what is ready, and then call.
    static List<Mode> readinessLoops() {
        return of(READINESS_LOOPS, Style.PROTOCOL);
    }

    /// One model of each way to accept by a system call, and the edge-triggered loop, which must not miss what it was told
    /// but once.
    static List<Mode> acceptors() {
        return with(of(MODELS, Style.HANDLER), of(List.of("epoll-et"), Style.HANDLER));
    }

    /// Those of them on descriptors, which know the system's error numbers.
    static List<Mode> withErrorNumbers() {
        return acceptors().stream().filter(mode -> LINUX_LOOPS.contains(mode.model())).toList();
    }

    /// Those of them on the JDK's channels, which know the reasons as text only.
    static List<Mode> withoutErrorNumbers() {
        return acceptors().stream().filter(mode -> !LINUX_LOOPS.contains(mode.model())).toList();
    }

    private static List<Mode> with(List<Mode> some, List<Mode> more) {
        return Stream.concat(some.stream(), more.stream()).distinct().toList();
    }

    private static List<Mode> inBothStyles(List<String> models) {
        return Stream.of(Style.values()).flatMap(style -> of(models, style).stream()).toList();
    }

    private static List<Mode> of(List<String> models, Style style) {
        return models.stream().map(model -> new Mode(model, style)).toList();
    }

    /// Whether it is the one model that serves one client after another.
    boolean iterative() {
        return model.equals("iterative");
    }

    /// Whether it is the one model that uses the processor though there is nothing to do.
    boolean polling() {
        return model.equals("polling");
    }

    /// What its system calls are named.
    Calls calls() {
        return Calls.of(model);
    }

    @Override
    public String toString() {
        return model + (style == Style.HANDLER ? " with a handler" : " with a protocol");
    }
}
