package dev.polyserve.conformance;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One place of the matrix that the contract fills: a style under a model at an endpoint.
///
/// @param style how what serves is written
/// @param model how it runs
/// @param transport where it listens
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

    /// Whether a second client is served while the first is connected: everywhere but under `iterative`.
    boolean servesTwoAtOnce() {
        return capacity() > 1;
    }

    /// Whether clients that cannot be served yet are taken into a queue, rather than left in the system's.
    boolean queues() {
        return model instanceof ModelVariant.ThreadPool;
    }

    /// Whether several accept, of whom none knows the others' connections.
    boolean hasSeveralAcceptors() {
        return model instanceof ModelVariant.ProcessPool pool && pool.maxWorkers() > 1;
    }

    /// So many times where a connection costs little, less often where each costs a process.
    int times(int usual) {
        return model instanceof ModelVariant.ProcessPerConnection ? Math.min(usual, 8) : usual;
    }

    /// So many servers where one starts at once, fewer where each starts processes.
    int servers(int usual) {
        return hasWorkers() ? Math.min(usual, 4) : usual;
    }

    /// So long where everything happens in this process, longer where others must start or end meanwhile.
    Duration within(Duration usual) {
        return hasWorkers() ? usual.multipliedBy(10) : usual;
    }

    /// Whether handlers run in processes of their own, apart from the test that has started the server.
    boolean hasWorkers() {
        return model instanceof ModelVariant.ProcessPerConnection || model instanceof ModelVariant.ProcessPool;
    }

    /// Whether conversations share an event loop, which can stall.
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

    /// Whether its loops ask all the time and never wait.
    boolean polls() {
        return model instanceof ModelVariant.Polling
                || (model instanceof ModelVariant.ProcessPool pool && pool.inner() instanceof ModelVariant.Polling);
    }

    /// How many conversations the model holds at once by itself.
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

    /// As in a test's name: `handler × nio (2 loops) × tcp`.
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
