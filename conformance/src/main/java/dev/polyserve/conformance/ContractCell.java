package dev.polyserve.conformance;

import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.AutoModelChoice;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.spi.MultiplexerKind;
import dev.polyserve.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// A cell of the contract's test matrix: one style under one model at one kind of endpoint.
///
/// @param style the style of the handler
/// @param model the concurrency model
/// @param transport the kind of endpoint
public record ContractCell(HandlerStyle style, Model model, EndpointKind transport) {
    /// Whether the build runs all cells (`-Dfull`).
    static final boolean FULL = "full".equals(System.getProperty("polyserve.tests"));

    /// The cells of these models for stream handlers: every style, over TCP, Unix sockets and TLS.
    public static List<ContractCell> streams(Model... models) {
        List<ContractCell> cells = new ArrayList<>();
        for (Model model : models) {
            for (EndpointKind transport : List.of(EndpointKind.TCP, EndpointKind.UNIX, EndpointKind.TLS)) {
                cells.add(new ContractCell(HandlerStyle.HANDLER, model, transport));
                cells.add(new ContractCell(HandlerStyle.PROTOCOL, model, transport));
                cells.add(new ContractCell(HandlerStyle.MESSAGES, model, transport));
            }
        }
        return cells;
    }

    /// The cells of these models for datagram handlers.
    public static List<ContractCell> datagrams(Model... models) {
        List<ContractCell> cells = new ArrayList<>();
        for (Model model : models) {
            cells.add(new ContractCell(HandlerStyle.DATAGRAMS, model, EndpointKind.UDP));
        }
        return cells;
    }

    /// The cells of these models for handlers of sessions of datagrams, at one kind of endpoint.
    public static List<ContractCell> sessions(EndpointKind transport, Model... models) {
        return Stream.of(models).map(model -> new ContractCell(HandlerStyle.HANDLER, model, transport)).toList();
    }

    /// Whether a second client is served while the first is connected; false for `iterative`.
    boolean servesTwoAtOnce() {
        return capacity() > 1;
    }

    /// What runs the handlers.
    HandlerExecutionStrategy execution() {
        return ModelDefinition.of(taken(model)).execution();
    }

    /// The model that a server of this style has if it asks for the given one: `auto` takes another one.
    Model taken(Model asked) {
        boolean mayWait = style == HandlerStyle.HANDLER || style == HandlerStyle.MESSAGES;
        return ServerProvider.load().choice(asked, mayWait).<Model>map(AutoModelChoice::model).orElse(asked);
    }

    /// Whether the model stays the same when loops are not to be handed off; `auto` then takes another one.
    boolean staysWithoutHandOff() {
        return ModelDefinition.of(model).execution().undecided().isEmpty();
    }

    /// Whether the server itself queues accepted connections that cannot be served yet.
    boolean queues() {
        return execution().hasQueue() && !hasWorkers();
    }

    /// Whether several processes accept connections, each without knowledge of the others' connections.
    boolean hasSeveralAcceptors() {
        return receivers() > 1;
    }

    /// How many processes accept connections and receive datagrams.
    int receivers() {
        return execution().receivers();
    }

    /// Whether each connection starts a process.
    boolean startsPerConnection() {
        return execution().startsPerConnection();
    }

    /// The number of repetitions: `usual`, or fewer where each connection costs a process or a handshake of TLS.
    int times(int usual) {
        if (startsPerConnection()) {
            return Math.min(usual, FULL ? 8 : 4);
        }
        return isTls() ? Math.min(usual, FULL ? 100 : 40) : usual;
    }

    /// Whether connections begin with a handshake of TLS.
    boolean isTls() {
        return transport == EndpointKind.TLS;
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
        return execution().processes().isPresent();
    }

    /// Whether connections share an event loop, which can stall; another thread can take it over while a handler computes.
    boolean runsOnLoops() {
        return execution().multiplexing().isPresent();
    }

    /// Whether the loops poll without waiting.
    boolean polls() {
        return waitsIn(MultiplexerKind.Polling.class);
    }

    /// Whether the loops wait in this mechanism.
    boolean waitsIn(Class<? extends MultiplexerKind> mechanism) {
        return execution().multiplexing().filter(mechanism::isInstance).isPresent();
    }

    /// Whether the model serves every connection on a descriptor, which can be asked for more than the JDK's channels.
    boolean hasDescriptors() {
        return hasWorkers() || (runsOnLoops() && !waitsIn(MultiplexerKind.JavaNio.class));
    }

    /// The number of connections that the model serves at once.
    int capacity() {
        return execution().capacity();
    }

    /// The cell as in the name of a test: `handler × nio (2 loops) × tcp`.
    @Override
    public String toString() {
        return lower(style) + " × " + label() + " × " + lower(transport);
    }

    private String label() {
        if (execution().inner().isPresent()) {
            return model.id() + " (" + receivers() + " × " + execution().inner().get().id() + ")";
        }
        if (queues()) {
            return model.id() + " (" + capacity() + ")";
        }
        if (runsOnLoops() && !polls()) {
            return model.id() + (execution().loops() == 1 ? " (1 loop)" : " (" + execution().loops() + " loops)");
        }
        return model.id();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
