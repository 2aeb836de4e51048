package dev.polyserve.bench.result;

/// One figure of a round. A round lacks those that its machine, workload or contender cannot tell.
public enum Metric {
    /// Requests answered and verified per second.
    REQUESTS_PER_SECOND("requests/s", Unit.PER_SECOND, Better.HIGHER),
    /// Processor time that the contender's processes took, per request.
    CPU_MICROS_PER_REQUEST("CPU/request", Unit.MICROSECONDS, Better.LOWER),
    /// Heavy requests answered and verified per second, on the connections that have one under way at any time.
    HEAVY_PER_SECOND("heavy/s", Unit.PER_SECOND, Better.HIGHER),
    /// Processor time of the contender per heavy request, with what the light ones beside it took.
    CPU_MICROS_PER_HEAVY("CPU/heavy", Unit.MICROSECONDS, Better.LOWER),
    /// How many processors the contender kept busy on average.
    CPU_USED("CPUs used", Unit.PROCESSORS, Better.NEITHER),
    /// System calls of the contender per request, counted in a window of its own.
    SYSTEM_CALLS_PER_REQUEST("syscalls/request", Unit.COUNT, Better.LOWER),
    /// Context switches of the contender's threads per request, voluntary or not.
    CONTEXT_SWITCHES_PER_REQUEST("switches/request", Unit.COUNT, Better.LOWER),
    /// Half of the requests were answered within this time.
    P50("p50", Unit.MICROSECONDS, Better.LOWER),
    /// 99 of 100 requests were answered within this time.
    P99("p99", Unit.MICROSECONDS, Better.LOWER),
    /// 999 of 1,000 requests were answered within this time.
    P999("p99.9", Unit.MICROSECONDS, Better.LOWER),
    /// The slowest request.
    MAX("max", Unit.MICROSECONDS, Better.LOWER),
    /// Datagrams that were not answered, of all sent.
    LOST_SHARE("lost", Unit.SHARE, Better.LOWER),
    /// Resident memory of the contender at the end of the round.
    RSS_BYTES("memory", Unit.BYTES, Better.LOWER),
    /// How much the contender's resident memory grew while its slow readers did not read.
    RSS_GROWTH_BYTES("memory growth", Unit.BYTES, Better.LOWER),
    /// Threads of the contender.
    THREADS("threads", Unit.COUNT, Better.NEITHER),
    /// Descriptors that the contender has open.
    DESCRIPTORS("descriptors", Unit.COUNT, Better.NEITHER),
    /// Resident memory that one idle connection adds to the contender.
    RSS_BYTES_PER_CONNECTION("memory/connection", Unit.BYTES, Better.LOWER),
    /// Heap that one idle connection adds, after a collection; of Java contenders only.
    HEAP_BYTES_PER_CONNECTION("heap/connection", Unit.BYTES, Better.LOWER),
    /// Memory that one idle connection adds to the system's kernel, both its ends together.
    KERNEL_BYTES_PER_CONNECTION("kernel/connection", Unit.BYTES, Better.LOWER),
    /// The share of its processors that the generator used for work.
    GENERATOR_SHARE("generator", Unit.SHARE, Better.NEITHER);

    private final String label;
    private final Unit unit;
    private final Better better;

    Metric(String label, Unit unit, Better better) {
        this.label = label;
        this.unit = unit;
        this.better = better;
    }

    /// A short heading.
    public String label() {
        return label;
    }

    /// What its numbers count.
    public Unit unit() {
        return unit;
    }

    /// Which direction is good.
    public Better better() {
        return better;
    }

    /// What a number counts.
    public enum Unit {
        /// How many in a second.
        PER_SECOND,
        /// Microseconds.
        MICROSECONDS,
        /// Bytes.
        BYTES,
        /// Processors kept busy; 1.0 is one all the time.
        PROCESSORS,
        /// From 0 to 1.
        SHARE,
        /// A plain number.
        COUNT
    }

    /// Which direction is good.
    public enum Better {
        /// More is better.
        HIGHER,
        /// Less is better.
        LOWER,
        /// It explains others.
        NEITHER
    }
}
