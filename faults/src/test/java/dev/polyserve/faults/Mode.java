package dev.polyserve.faults;

import java.util.List;
import java.util.stream.Stream;

/// How the server under test serves: a model and a style.
///
/// @param model as on the command line
/// @param style how the service is written
record Mode(String model, Style style) {
    private static final List<String> CONCURRENT_MODELS = List.of("thread", "thread-pool", "virtual", "nio", "epoll");
    /// The event loops of Linux. What they share with each other is tested with one of them, `epoll`, beside the portable models.
    private static final List<String> READINESS_LOOPS = List.of("polling", "select", "poll", "epoll", "epoll-et");
    private static final List<String> LINUX_LOOPS = Stream.concat(READINESS_LOOPS.stream(), Stream.of("io_uring"))
            .toList();
    private static final List<String> MODELS = Stream.concat(Stream.of("iterative"), CONCURRENT_MODELS.stream())
            .toList();

    /// The two ways to write a service.
    enum Style {
        HANDLER, PROTOCOL
    }

    /// Every model, with a handler.
    static List<Mode> models() {
        return of(MODELS, Style.HANDLER);
    }

    /// The models that serve several at once, with a handler.
    static List<Mode> concurrentModels() {
        return of(CONCURRENT_MODELS, Style.HANDLER);
    }

    /// The model that serves one client after another.
    static List<Mode> iterativeModel() {
        return of(List.of("iterative"), Style.HANDLER);
    }

    /// Every model in both styles.
    static List<Mode> all() {
        return inBothStyles(MODELS);
    }

    /// The models that serve several at once, in both styles.
    static List<Mode> allConcurrent() {
        return inBothStyles(CONCURRENT_MODELS);
    }

    /// The event loops of Linux, with a protocol, which shows the loop most directly.
    static List<Mode> linuxLoops() {
        return of(LINUX_LOOPS, Style.PROTOCOL);
    }

    /// Those of them that are told what is ready, and then call.
    static List<Mode> readinessLoops() {
        return of(READINESS_LOOPS, Style.PROTOCOL);
    }

    /// Every model in both styles, and the other loops of Linux.
    static List<Mode> allAndLinuxLoops() {
        return with(all(), linuxLoops());
    }

    /// Every model with a handler, and the edge-triggered loop, which must not miss what it was told but once.
    static List<Mode> modelsAndEdges() {
        return with(models(), of(List.of("epoll-et"), Style.HANDLER));
    }

    /// Those of them on descriptors, which know the system's error numbers.
    static List<Mode> withErrorNumbers() {
        return of(List.of("epoll", "epoll-et"), Style.HANDLER);
    }

    /// Those of them on the JDK's channels, which know the reasons as text only.
    static List<Mode> withoutErrorNumbers() {
        return models().stream().filter(mode -> !withErrorNumbers().contains(mode)).toList();
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

    /// What its system calls are named.
    Calls calls() {
        return Calls.of(model);
    }

    @Override
    public String toString() {
        return model + (style == Style.HANDLER ? " with a handler" : " with a protocol");
    }
}
