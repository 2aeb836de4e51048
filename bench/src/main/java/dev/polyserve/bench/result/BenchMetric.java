package dev.polyserve.bench.result;

/// A figure that a benchmark measures in each round. A round lacks the figures that its machine, workload or contender
/// does not provide.
public enum BenchMetric {
    /// Requests answered and verified per second.
    REQUESTS_PER_SECOND("requests/s", Unit.PER_SECOND, Better.HIGHER),
    /// Processor time of the contender's processes per request.
    CPU_MICROS_PER_REQUEST("CPU/request", Unit.MICROSECONDS, Better.LOWER),
    /// Heavy requests answered and verified per second, on connections that always have one outstanding.
    HEAVY_PER_SECOND("heavy/s", Unit.PER_SECOND, Better.HIGHER),
    /// Processor time of the contender per heavy request, including that of the concurrent light requests.
    CPU_MICROS_PER_HEAVY("CPU/heavy", Unit.MICROSECONDS, Better.LOWER),
    /// Number of processors that the contender kept busy on average.
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
    /// Share of the datagrams that were not answered.
    LOST_SHARE("lost", Unit.SHARE, Better.LOWER),
    /// Resident memory of the contender at the end of the round.
    RSS_BYTES("memory", Unit.BYTES, Better.LOWER),
    /// Growth of the contender's resident memory while the slow clients did not read.
    RSS_GROWTH_BYTES("memory growth", Unit.BYTES, Better.LOWER),
    /// Number of threads of the contender.
    THREADS("threads", Unit.COUNT, Better.NEITHER),
    /// Number of open descriptors of the contender.
    DESCRIPTORS("descriptors", Unit.COUNT, Better.NEITHER),
    /// Resident memory of the contender per idle connection.
    RSS_BYTES_PER_CONNECTION("memory/connection", Unit.BYTES, Better.LOWER),
    /// Java heap per idle connection, after a collection; of Java contenders only.
    HEAP_BYTES_PER_CONNECTION("heap/connection", Unit.BYTES, Better.LOWER),
    /// Kernel memory per idle connection, for both ends together.
    KERNEL_BYTES_PER_CONNECTION("kernel/connection", Unit.BYTES, Better.LOWER),
    /// Share of its processors that the load generator used for work.
    GENERATOR_SHARE("generator", Unit.SHARE, Better.NEITHER);

    private final String label;
    private final Unit unit;
    private final Better better;

    BenchMetric(String label, Unit unit, Better better) {
        this.label = label;
        this.unit = unit;
        this.better = better;
    }

    /// A short column heading.
    public String label() {
        return label;
    }

    /// The unit of its numbers.
    public Unit unit() {
        return unit;
    }

    /// Whether higher or lower is better.
    public Better better() {
        return better;
    }

    /// The unit of a number.
    public enum Unit {
        /// Number per second.
        PER_SECOND,
        /// Microseconds.
        MICROSECONDS,
        /// Bytes.
        BYTES,
        /// Processors kept busy; 1.0 is one processor all the time.
        PROCESSORS,
        /// A share from 0 to 1.
        SHARE,
        /// A plain number.
        COUNT
    }

    /// Whether higher or lower is better.
    public enum Better {
        /// Higher is better.
        HIGHER,
        /// Lower is better.
        LOWER,
        /// Neither: the figure explains other figures.
        NEITHER
    }
}
