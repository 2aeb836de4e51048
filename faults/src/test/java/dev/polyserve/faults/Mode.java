package dev.polyserve.faults;

import java.util.List;
import java.util.stream.Stream;

/// The model and style of the server under test.
///
/// @param model the name of the model, as on the command line
/// @param style the style of the service
record Mode(String model, Style style) {
    private static final List<String> CONCURRENT_MODELS = List.of("thread", "thread-pool", "virtual", "nio", "epoll");
    private static final List<String> READINESS_LOOPS = List.of("polling", "select", "poll", "epoll", "epoll-et");
    private static final List<String> LINUX_LOOPS = Stream.concat(READINESS_LOOPS.stream(), Stream.of("io_uring"))
            .toList();
    private static final List<String> MODELS = Stream.concat(Stream.of("iterative"), CONCURRENT_MODELS.stream())
            .toList();
    /// The loops that differ from `epoll` only in their wait, each in one style, and the ring in both styles, because
    /// all its calls differ.
    private static final List<Mode> OTHER_LOOPS = List.of(new Mode("polling", Style.PROTOCOL),
            new Mode("select", Style.HANDLER), new Mode("poll", Style.PROTOCOL), new Mode("epoll-et", Style.HANDLER),
            new Mode("io_uring", Style.HANDLER), new Mode("io_uring", Style.PROTOCOL));

    /// The style of a service.
    enum Style {
        HANDLER, PROTOCOL
    }

    /// Models that have most of their code in common.
    enum Family {
        ITERATIVE,
        /// The models whose handlers wait in blocking calls, each in a thread.
        THREADS,
        /// Event loops on the JDK's selectors.
        SELECTORS,
        /// Event loops that differ only in the system call in which they wait.
        READINESS,
        /// Event loops on a completion ring.
        RING,
        /// Worker processes.
        PROCESSES;

        /// Whether handlers wait in blocking calls of the server's own threads.
        boolean isOfThreads() {
            return this == ITERATIVE || this == THREADS;
        }
    }

    /// Every model, with a handler.
    static List<Mode> models() {
        return with(of(MODELS, Style.HANDLER), of(LINUX_LOOPS, Style.HANDLER));
    }

    /// The concurrent models, with a handler.
    static List<Mode> concurrentModels() {
        return with(of(CONCURRENT_MODELS, Style.HANDLER), of(LINUX_LOOPS, Style.HANDLER));
    }

    /// The model that serves one client after another.
    static List<Mode> iterativeModel() {
        return of(List.of("iterative"), Style.HANDLER);
    }

    /// Every model; those that differ most, in both styles.
    static List<Mode> all() {
        return with(inBothStyles(MODELS), OTHER_LOOPS);
    }

    /// The concurrent models; those that differ most, in both styles.
    static List<Mode> allConcurrent() {
        return with(inBothStyles(CONCURRENT_MODELS), OTHER_LOOPS);
    }

    /// As [#all] without the ring, because its reads and writes are no system calls that a test could make fail.
    static List<Mode> allThatCall() {
        return all().stream().filter(mode -> !mode.model().equals("io_uring")).toList();
    }

    /// The Linux event loops, with a protocol, which exercises the loop most directly.
    static List<Mode> linuxLoops() {
        return of(LINUX_LOOPS, Style.PROTOCOL);
    }

    /// The Linux event loops that wait for readiness before they call.
    static List<Mode> readinessLoops() {
        return of(READINESS_LOOPS, Style.PROTOCOL);
    }

    /// The models that are made for many clients.
    static List<Mode> manyClients() {
        return inBothStyles(List.of("virtual", "nio"));
    }

    /// A model for each way to listen on a Unix socket.
    static List<Mode> unixListeners() {
        return List.of(new Mode("virtual", Style.HANDLER), new Mode("nio", Style.PROTOCOL),
                new Mode("epoll", Style.PROTOCOL));
    }

    /// One model for each way to accept by a system call, and the edge-triggered loop, which is notified only once.
    static List<Mode> acceptors() {
        return with(of(MODELS, Style.HANDLER), of(List.of("epoll-et"), Style.HANDLER));
    }

    /// The acceptors on descriptors, which receive error numbers.
    static List<Mode> withErrorNumbers() {
        return acceptors().stream().filter(mode -> LINUX_LOOPS.contains(mode.model())).toList();
    }

    /// The acceptors on the JDK's channels, which receive only messages.
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

    Family family() {
        return switch (model) {
            case "iterative" -> Family.ITERATIVE;
            case "thread", "thread-pool", "virtual" -> Family.THREADS;
            case "nio" -> Family.SELECTORS;
            case "io_uring" -> Family.RING;
            case "process", "process-pool" -> Family.PROCESSES;
            default -> Family.READINESS;
        };
    }

    /// Whether the model serves one client after another.
    boolean iterative() {
        return model.equals("iterative");
    }

    /// Whether the model uses the processor while it is idle.
    boolean polling() {
        return model.equals("polling");
    }

    /// The names of the system calls of the model.
    SystemCallNames calls() {
        return SystemCallNames.of(model);
    }

    @Override
    public String toString() {
        return model + (style == Style.HANDLER ? " with a handler" : " with a protocol");
    }
}
