package dev.polyserve.bench;

import dev.polyserve.bench.contender.LoadTransport;
import dev.polyserve.bench.load.ClientTraffic;
import dev.polyserve.bench.service.BenchService;
import dev.polyserve.bench.service.WorkRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A kind of load, each asking one question.
public enum Workload {
    /// Requests and replies: what does one exchange cost?
    ECHO("echo", "requests and replies, as many under way per connection as --depth says", BenchService.ECHO),
    /// The same, 16 under way: what do replies cost that can go out together?
    PIPELINE("pipeline", "16 requests under way per connection", BenchService.ECHO),
    /// Connect, one exchange, close: what does a client cost?
    CHURN("churn", "connect, one exchange, close", BenchService.ECHO),
    /// The handler waits: does a waiting handler hold up others?
    WAIT("wait", "the handler waits 10 ms, as for a database", BenchService.WORK),
    /// The handler computes: are all processors used?
    CPU("cpu", "the handler computes 1 ms of a processor", BenchService.COMPUTE),
    /// Some compute for long: do they hold up the others?
    MIXED("mixed",
            "light requests at a fixed rate; beside them two connections for each processor compute 20 ms at a time,"
                    + " without a pause",
            BenchService.COMPUTE),
    /// Most say nothing: what does a connection cost that is only there?
    IDLE("idle", "idle connections, 1 % of them active: memory per connection", BenchService.ECHO),
    /// Some do not read: does memory stay bounded, are the others served?
    SLOW_READER("slow-reader", "10 % of the clients send without reading; the figures are those of the others",
            BenchService.ECHO),
    /// One writes, all read: what does a copy for each cost?
    BROADCAST("broadcast", "one client writes, all read; a request is one delivery", BenchService.BROADCAST),
    /// What the user's handler is like.
    CUSTOM("custom", "the handler waits and computes as long as --handler-waits and --handler-computes say",
            BenchService.WORK);

    private static final int USUAL = 100;
    private static final int USUAL_IDLE = 2_000;
    private static final int PIPELINE_DEPTH = 16;
    private static final int WAIT_MICROS = 10_000;
    private static final Duration COMPUTING = Duration.ofMillis(1);
    private static final Duration HEAVY_COMPUTING = Duration.ofMillis(20);
    private static final int HEAVY_PER_PROCESSOR = 2;
    /// Little beside what a processor can, so that it is the heavy ones that a light one waits for.
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

    /// Its name on the command line.
    public String id() {
        return id;
    }

    /// What it does, in a few words.
    public String description() {
        return description;
    }

    /// What a contender must serve for it.
    public BenchService service() {
        return service;
    }

    /// How many connections it has when nobody says.
    int usualConnections() {
        return this == IDLE ? USUAL_IDLE : USUAL;
    }

    /// How many requests are under way per connection.
    int depth(int asked) {
        return switch (this) {
            case ECHO, IDLE, SLOW_READER -> asked;
            case PIPELINE -> PIPELINE_DEPTH;
            case CHURN, WAIT, CPU, MIXED, BROADCAST, CUSTOM -> 1;
        };
    }

    /// How it is loaded.
    Loading loading() {
        return switch (this) {
            case ECHO, PIPELINE, CHURN, WAIT, CPU, BROADCAST, CUSTOM -> Loading.BOTH;
            case MIXED -> Loading.FIXED_RATE;
            case IDLE, SLOW_READER -> Loading.CAPACITY;
        };
    }

    /// Which of the two loops have something to tell.
    enum Loading {
        /// A closed loop, then open ones at shares of what it showed.
        BOTH,
        /// A closed loop.
        CAPACITY,
        /// An open loop at a rate of its own.
        FIXED_RATE
    }

    /// The rate of a workload that has one of its own.
    double rate(BenchPlan plan) {
        return plan.rate().orElse(LIGHT_PER_SECOND);
    }

    /// Whether a handler computes.
    boolean computes(BenchPlan plan) {
        return switch (this) {
            case CPU, MIXED -> true;
            case CUSTOM -> plan.work().computes().isPositive();
            case ECHO, PIPELINE, CHURN, WAIT, BROADCAST, IDLE, SLOW_READER -> false;
        };
    }

    /// What its clients do.
    ///
    /// @param capacity turns a time of computing into an amount
    ClientTraffic traffic(BenchPlan plan, ProcessorCapacity capacity) {
        int bytes = plan.requestBytes();
        int workBytes = Math.max(bytes, WorkRequest.HEADER_BYTES);
        int connections = plan.connectionsFor(this);
        if (plan.transport() == LoadTransport.UDP) {
            return new ClientTraffic.Datagrams(bytes);
        }
        return switch (this) {
            case ECHO, PIPELINE -> new ClientTraffic.Exchanges(bytes);
            case CHURN -> new ClientTraffic.Churn(bytes);
            case WAIT -> new ClientTraffic.Work(workBytes, WAIT_MICROS, 0);
            case CPU -> new ClientTraffic.Work(workBytes, 0, capacity.multiplications(COMPUTING));
            case MIXED -> new ClientTraffic.Mixed(workBytes, HEAVY_PER_PROCESSOR * capacity.processors(),
                    capacity.multiplications(heavy(plan.work().computes())));
            case CUSTOM -> new ClientTraffic.Work(workBytes, micros(plan.work().waits()),
                    capacity.multiplications(plan.work().computes()));
            case IDLE -> new ClientTraffic.MostlyIdle(bytes, Math.max(1, connections / IDLE_PER_ACTIVE));
            case SLOW_READER -> new ClientTraffic.SlowReaders(bytes, Math.max(1, connections / CLIENTS_PER_SLOW));
            case BROADCAST -> new ClientTraffic.Broadcast(bytes);
        };
    }

    /// As the user's own handler, where that is known.
    private static Duration heavy(Duration computes) {
        return computes.isPositive() ? computes : HEAVY_COMPUTING;
    }

    private static int micros(Duration time) {
        return Math.toIntExact(TimeUnit.NANOSECONDS.toMicros(time.toNanos()));
    }

    /// Why it cannot be carried by this kind of endpoint, in one sentence.
    Optional<String> cannotUse(LoadTransport transport) {
        return transport == LoadTransport.UDP && this != ECHO && this != PIPELINE
                ? Optional.of("the workload " + id + " needs connections: with --endpoint udp take echo or pipeline")
                : Optional.empty();
    }

    /// Their names, in order.
    public static List<String> ids() {
        return Arrays.stream(values()).map(Workload::id).toList();
    }

    /// The workload of this name.
    ///
    /// @throws IllegalArgumentException naming the known ones, when there is none
    public static Workload named(String id) {
        return Arrays.stream(values()).filter(workload -> workload.id.equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown workload '" + id + "': take one of " + String.join(", ", ids())));
    }
}
