package dev.polyserve.bench;

import dev.polyserve.bench.contender.LoadTransport;
import dev.polyserve.bench.load.LoadProfile;
import dev.polyserve.bench.service.BenchService;
import dev.polyserve.bench.service.SimulatedWorkRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A kind of load. Each answers one question.
public enum Workload {
    /// Requests and replies: what does one exchange cost?
    ECHO("echo", "requests and replies, --depth of them outstanding per connection", BenchService.ECHO),
    /// 16 outstanding requests: what do replies cost that can be sent together?
    PIPELINE("pipeline", "16 outstanding requests per connection", BenchService.ECHO),
    /// Connect, one exchange, close: what does a connection cost?
    CHURN("churn", "connect, one exchange, close", BenchService.ECHO),
    /// The handler waits: does a waiting handler block other clients?
    WAIT("wait", "the handler waits 10 ms, as it would for a database", BenchService.WORK),
    /// The handler computes: are all processors used?
    CPU("cpu", "the handler computes for 1 ms", BenchService.COMPUTE),
    /// Some handlers compute for a long time: do they block the others?
    MIXED("mixed",
            "light requests at a fixed rate, while two connections per processor compute 20 ms at a time"
                    + " without pause",
            BenchService.COMPUTE),
    /// Most connections are idle: what does an idle connection cost?
    IDLE("idle", "idle connections, 1 % of them active: memory per connection", BenchService.ECHO),
    /// Some clients do not read: does memory stay bounded, and are the other clients served?
    SLOW_READER("slow-reader", "10 % of the clients send without reading; the figures are those of the other clients",
            BenchService.ECHO),
    /// One client writes, all read: what does each copy cost?
    BROADCAST("broadcast", "one client writes, all read; each delivery counts as a request", BenchService.BROADCAST),
    /// Behaves like the user's handler.
    CUSTOM("custom", "the handler waits for --handler-waits and computes for --handler-computes",
            BenchService.WORK);

    private static final int USUAL = 100;
    private static final int USUAL_IDLE = 2_000;
    private static final int PIPELINE_DEPTH = 16;
    private static final int WAIT_MICROS = 10_000;
    private static final Duration COMPUTING = Duration.ofMillis(1);
    private static final Duration HEAVY_COMPUTING = Duration.ofMillis(20);
    private static final int HEAVY_PER_PROCESSOR = 2;
    /// Low compared to the capacity of a processor, so that a light request waits for heavy ones only.
    private static final double LIGHT_PER_SECOND = 2_000;
    private static final int IDLE_PER_ACTIVE = 100;
    private static final int CLIENTS_PER_SLOW = 10;

    private final String id;
    private final String description;
    private final BenchService service;

    Workload(String id, String description, BenchService service) {
        this.id = id;
        this.description = description;
        this.service = service;
    }

    /// The name on the command line.
    public String id() {
        return id;
    }

    public String description() {
        return description;
    }

    /// The service that a contender must provide.
    public BenchService service() {
        return service;
    }

    /// The default number of connections.
    int usualConnections() {
        return this == IDLE ? USUAL_IDLE : USUAL;
    }

    /// The number of outstanding requests per connection.
    int depth(int asked) {
        return switch (this) {
            case ECHO, IDLE, SLOW_READER -> asked;
            case PIPELINE -> PIPELINE_DEPTH;
            case CHURN, WAIT, CPU, MIXED, BROADCAST, CUSTOM -> 1;
        };
    }

    /// The kind of load: closed loop, open loop, or both.
    Loading loading() {
        return switch (this) {
            case ECHO, PIPELINE, CHURN, WAIT, CPU, BROADCAST, CUSTOM -> Loading.BOTH;
            case MIXED -> Loading.FIXED_RATE;
            case IDLE, SLOW_READER -> Loading.CAPACITY;
        };
    }

    /// Which loops give a meaningful result for a workload.
    enum Loading {
        /// A closed loop, then open loops at shares of the capacity that the closed loop measured.
        BOTH,
        /// A closed loop only.
        CAPACITY,
        /// An open loop at the workload's own rate.
        FIXED_RATE
    }

    /// The request rate of a workload that sets one.
    double rate(BenchPlan plan) {
        return plan.rate().orElse(LIGHT_PER_SECOND);
    }

    boolean computes(BenchPlan plan) {
        return switch (this) {
            case CPU, MIXED -> true;
            case CUSTOM -> plan.work().computes().isPositive();
            case ECHO, PIPELINE, CHURN, WAIT, BROADCAST, IDLE, SLOW_READER -> false;
        };
    }

    /// The traffic that the clients create.
    ///
    /// @param capacity converts computing time into an amount of work
    LoadProfile traffic(BenchPlan plan, ProcessorSpeed capacity) {
        int bytes = plan.requestBytes();
        int workBytes = Math.max(bytes, SimulatedWorkRequest.HEADER_BYTES);
        int connections = plan.connectionsFor(this);
        if (plan.transport() == LoadTransport.UDP) {
            return new LoadProfile.Datagrams(bytes);
        }
        return switch (this) {
            case ECHO, PIPELINE -> new LoadProfile.Exchanges(bytes);
            case CHURN -> new LoadProfile.Churn(bytes);
            case WAIT -> new LoadProfile.Work(workBytes, WAIT_MICROS, 0);
            case CPU -> new LoadProfile.Work(workBytes, 0, capacity.multiplications(COMPUTING));
            case MIXED -> new LoadProfile.Mixed(workBytes, HEAVY_PER_PROCESSOR * capacity.processors(),
                    capacity.multiplications(heavy(plan.work().computes())));
            case CUSTOM -> new LoadProfile.Work(workBytes, micros(plan.work().waits()),
                    capacity.multiplications(plan.work().computes()));
            case IDLE -> new LoadProfile.MostlyIdle(bytes, Math.max(1, connections / IDLE_PER_ACTIVE));
            case SLOW_READER -> new LoadProfile.SlowReaders(bytes, Math.max(1, connections / CLIENTS_PER_SLOW));
            case BROADCAST -> new LoadProfile.Broadcast(bytes);
        };
    }

    /// The computing time of the user's handler, where given.
    private static Duration heavy(Duration computes) {
        return computes.isPositive() ? computes : HEAVY_COMPUTING;
    }

    private static int micros(Duration time) {
        return Math.toIntExact(TimeUnit.NANOSECONDS.toMicros(time.toNanos()));
    }

    /// Explains in one sentence why the workload cannot run over this kind of endpoint; empty when it can.
    Optional<String> cannotUse(LoadTransport transport) {
        return transport == LoadTransport.UDP && this != ECHO && this != PIPELINE
                ? Optional.of("the workload " + id + " needs connections: with --endpoint udp, use echo or pipeline")
                : Optional.empty();
    }

    /// All names, in order.
    public static List<String> ids() {
        return Arrays.stream(values()).map(Workload::id).toList();
    }

    /// The workload of this name.
    ///
    /// @throws IllegalArgumentException listing the known names, when the name is unknown
    public static Workload named(String id) {
        return Arrays.stream(values()).filter(workload -> workload.id.equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown workload '" + id + "': take one of " + String.join(", ", ids())));
    }
}
