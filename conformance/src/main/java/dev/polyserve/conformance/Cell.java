package dev.polyserve.conformance;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A cell of the contract's test matrix: one style under one model at one kind of endpoint.
///
/// @param style the style of the handler
/// @param model the concurrency model
/// @param transport the kind of endpoint
public record Cell(Style style, Model model, EndpointKind transport) {
    /// The cells of these models for stream handlers: both styles, over TCP and Unix.
    public static List<Cell> streams(Model... models) {
        List<Cell> cells = new ArrayList<>();
        for (Model model : models) {
            for (EndpointKind transport : List.of(EndpointKind.TCP, EndpointKind.UNIX)) {
                cells.add(new Cell(Style.HANDLER, model, transport));
                cells.add(new Cell(Style.PROTOCOL, model, transport));
            }
        }
        return cells;
    }

    /// The cells of these models for datagram handlers.
    public static List<Cell> datagrams(Model... models) {
        List<Cell> cells = new ArrayList<>();
        for (Model model : models) {
            cells.add(new Cell(Style.DATAGRAMS, model, EndpointKind.UDP));
        }
        return cells;
    }

    /// Whether a second client is served while the first is connected; false for `iterative`.
    boolean servesTwoAtOnce() {
        return capacity() > 1;
    }

    /// Whether the server itself queues accepted connections that cannot be served yet.
    boolean queues() {
        return model instanceof ModelVariant.ThreadPool;
    }

    /// Whether several processes accept connections, each without knowledge of the others' connections.
    boolean hasSeveralAcceptors() {
        return model instanceof ModelVariant.ProcessPool pool && pool.maxWorkers() > 1;
    }

    /// The number of repetitions: `usual`, or fewer where each connection costs a process.
    int times(int usual) {
        return model instanceof ModelVariant.ProcessPerConnection ? Math.min(usual, 8) : usual;
    }

    /// The number of servers: `usual`, or fewer where each starts processes.
    int servers(int usual) {
        return hasWorkers() ? Math.min(usual, 4) : usual;
    }

    /// A time limit: `usual`, or longer where processes start or end meanwhile.
    Duration within(Duration usual) {
        return hasWorkers() ? usual.multipliedBy(10) : usual;
    }

    /// Whether handlers run in worker processes rather than in the process of the test.
    boolean hasWorkers() {
        return model instanceof ModelVariant.ProcessPerConnection || model instanceof ModelVariant.ProcessPool;
    }

    /// Whether connections share an event loop, which can stall.
    boolean runsOnLoops() {
        return runsOnLoops(model);
    }

    private static boolean runsOnLoops(Model model) {
        return switch (model) {
            case ModelVariant.Nio _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _, ModelVariant.Polling _ ->
                true;
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _, ModelVariant.ProcessPerConnection _ ->
                false;
            case ModelVariant.ProcessPool pool -> runsOnLoops(pool.inner());
        };
    }

    /// Whether the loops poll without waiting.
    boolean polls() {
        return model instanceof ModelVariant.Polling
                || (model instanceof ModelVariant.ProcessPool pool && pool.inner() instanceof ModelVariant.Polling);
    }

    /// The number of connections that the model serves at once.
    int capacity() {
        return capacity(model);
    }

    private static int capacity(Model model) {
        return switch (model) {
            case ModelVariant.Iterative _ -> 1;
            case ModelVariant.ThreadPool pool -> pool.threads();
            case ModelVariant.ProcessPerConnection processes -> processes.maxWorkers();
            case ModelVariant.ProcessPool pool ->
                (int) Math.min(Integer.MAX_VALUE, (long) pool.maxWorkers() * capacity(pool.inner()));
            case ModelVariant.Threads _, ModelVariant.VirtualThreads _, ModelVariant.Nio _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _, ModelVariant.Polling _ ->
                Integer.MAX_VALUE;
        };
    }

    /// The cell as in the name of a test: `handler × nio (2 loops) × tcp`.
    @Override
    public String toString() {
        return lower(style) + " × " + label() + " × " + lower(transport);
    }

    private String label() {
        return switch (model) {
            case ModelVariant.ThreadPool pool -> model.id() + " (" + pool.threads() + ")";
            case ModelVariant.Nio nio -> loops(nio.loops());
            case ModelVariant.Select select -> loops(select.loops());
            case ModelVariant.Poll poll -> loops(poll.loops());
            case ModelVariant.Epoll epoll -> loops(epoll.loops());
            case ModelVariant.IoUring ring -> loops(ring.loops());
            case ModelVariant.ProcessPool pool ->
                model.id() + " (" + pool.maxWorkers() + " × " + pool.inner().id() + ")";
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.VirtualThreads _, ModelVariant.ProcessPerConnection _, ModelVariant.Polling _ ->
                model.id();
        };
    }

    private String loops(int count) {
        return model.id() + (count == 1 ? " (1 loop)" : " (" + count + " loops)");
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
