package dev.polyserve.conversation;

import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.record.ConnectionRecorder;
import dev.polyserve.stats.TlsCounters;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The state that all conversations of one server share.
///
/// **Thread**: any.
public final class ServerContext {
    /// An unlimited length of time: far enough, and still addable to a clock's reading without overflow.
    public static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

    /// A peer that takes bytes is noticed within this part of the write-stall limit.
    private static final int LOOKS_IN_A_WRITE_STALL = 4;
    /// How many times as long as a handshake of TLS may take, a connection waits until its own may begin.
    private static final int HANDSHAKES_IN_A_WAIT = 6;

    private final NonQueueingLock replaceLock = new NonQueueingLock();
    private volatile Current current;
    private final ServerListener listener;
    private final NanoClock clock;
    private final ServerLog log;
    private final BufferBudget budget;
    private final Consumer<Conversation> registry;
    private final TlsCounters tlsCounters;
    /// The context of the server, whose options this one replaces; null: it is that.
    private final @Nullable ServerContext ofServer;
    private final @Nullable ConnectionRecorder recorder;
    private volatile boolean draining;
    private volatile Runnable whenReplaced = () -> {
    };
    private volatile WorkerCertificateExchange remoteCertificates = WorkerCertificateExchange.NONE;

    /// @param listener receives every event; it must not throw
    /// @param registry is called at each conversation's end, before the callbacks
    public ServerContext(Options options, ServerListener listener, NanoClock clock, Consumer<Conversation> registry) {
        this(options, listener, clock, registry, new ServerLog());
    }

    /// The same with a shared log.
    public ServerContext(Options options, ServerListener listener, NanoClock clock, Consumer<Conversation> registry,
            ServerLog log) {
        this(options, listener, clock, registry, log, null);
    }

    /// The same with a recorder.
    ///
    /// @param recorder receives what each connection does; null: nothing is recorded
    public ServerContext(Options options, ServerListener listener, NanoClock clock, Consumer<Conversation> registry,
            ServerLog log, @Nullable ConnectionRecorder recorder) {
        this.registry = registry;
        this.recorder = recorder;
        this.tlsCounters = new TlsCounters();
        this.ofServer = null;
        this.log = log;
        this.current = new Current(options);
        this.listener = listener;
        this.clock = clock;
        this.budget = new BufferBudget(options.limits().bufferBytesTotal());
        // Initialises the table behind its `switch`, without which no limit works: a class whose initialisation fails for
        // lack of memory can never be used again.
        long _ = waitNanos(Limit.IDLE);
    }

    private ServerContext(ServerContext ofServer, Options options) {
        this.ofServer = ofServer;
        this.registry = ofServer.registry;
        this.recorder = ofServer.recorder;
        this.log = ofServer.log;
        this.tlsCounters = ofServer.tlsCounters;
        this.current = new Current(options);
        this.listener = ofServer.listener;
        this.clock = ofServer.clock;
        this.budget = ofServer.budget;
    }

    /// A context with other options, which do not change. Everything else is shared: the budget, the log, and whether the server
    /// drains.
    public ServerContext with(Options options) {
        return new ServerContext(this, options);
    }

    /// A time limit in nanoseconds; zero becomes [#FOREVER_NANOS].
    public static long limitNanos(Duration limit) {
        return limit.isZero() ? FOREVER_NANOS : nanos(limit);
    }

    /// A length of time in nanoseconds, however long.
    public static long nanos(Duration time) {
        return Math.min(TimeUnit.NANOSECONDS.convert(time), FOREVER_NANOS);
    }

    public Options options() {
        return current.options;
    }

    /// Replaces the options: every later read returns the new ones.
    ///
    /// @return false when `before` is not in force any more, and nothing was replaced
    @SuppressWarnings("ReferenceEquality") // the very object that `after` was derived from
    public boolean replace(Options before, Options after) {
        Current replacing = new Current(after);
        replaceLock.lock();
        try {
            if (current.options != before) {
                return false;
            }
            current = replacing;
            budget.atMost(after.limits().bufferBytesTotal());
        } finally {
            replaceLock.unlock();
        }
        whenReplaced.run();
        return true;
    }

    /// Sets the task that runs after each replacement of the options, for the code that has passed them on to other
    /// processes. **Thread** of the task: the one that replaces them.
    public void whenReplaced(Runnable task) {
        whenReplaced = task;
    }

    /// Sets the other processes that have to do with the certificates.
    public void remoteCertificates(WorkerCertificateExchange others) {
        remoteCertificates = others;
    }

    /// The other processes that have to do with the certificates.
    public WorkerCertificateExchange remoteCertificates() {
        return remoteCertificates;
    }

    /// The receiver of events.
    public ServerListener listener() {
        return listener;
    }

    /// The log for messages that are no events.
    public ServerLog log() {
        return log;
    }

    public NanoClock clock() {
        return clock;
    }

    /// The budget of the bytes buffered for all connections.
    public BufferBudget budget() {
        return budget;
    }

    public boolean draining() {
        return draining || (ofServer != null && ofServer.draining());
    }

    /// The counters of its handshakes of TLS.
    public TlsCounters tlsCounters() {
        return tlsCounters;
    }

    public void startDraining() {
        draining = true;
    }

    /// What receives what each connection does; null: nothing is recorded.
    @Nullable ConnectionRecorder recorder() {
        return recorder;
    }

    void ended(Conversation conversation) {
        registry.accept(conversation);
    }

    long conversationNanos() {
        return current.conversationNanos;
    }

    /// How long a handshake of TLS may take, with all waits in it; [#FOREVER_NANOS] when it has no limit.
    public long handshakeNanos() {
        return current.tlsHandshakeNanos;
    }

    /// How long a connection may wait until its handshake of TLS may begin; [#FOREVER_NANOS] when it has no limit.
    public long handshakeTurnNanos() {
        long handshake = handshakeNanos();
        return handshake > FOREVER_NANOS / HANDSHAKES_IN_A_WAIT ? FOREVER_NANOS : handshake * HANDSHAKES_IN_A_WAIT;
    }

    /// How long an outgoing connection may take until it is connected; [#FOREVER_NANOS] when that has no limit.
    public long connectNanos() {
        return limitNanos(current.options.timeouts().connect());
    }

    /// How long a wait of this kind may take.
    long waitNanos(Limit limit) {
        Current now = current;
        return switch (limit) {
            case FIRST_BYTE -> now.firstByteNanos;
            case IDLE, MIN_RATE -> now.idleNanos;
            case WRITE_STALL -> now.writeStallNanos;
            case CONVERSATION -> now.conversationNanos;
            case TLS_HANDSHAKE -> now.tlsHandshakeNanos;
            case READ, PROXY_HEADER, NETWORK, ACCEPT_RATE, BAN, TLS_HANDSHAKES, CONNECTIONS,
                    CONNECTIONS_PER_ADDRESS,
                    QUEUE, FRAME, BUFFER_PER_CONNECTION,
                    BUFFER_TOTAL,
                    SENDER_QUEUE, DATAGRAM, DATAGRAM_QUEUE, CONNECT ->
                FOREVER_NANOS;
        };
    }

    /// How long a connection is quiet before a draining server ends its input; [#FOREVER_NANOS] when the server never
    /// does.
    long drainQuietNanos() {
        return limitNanos(current.options.timeouts().drainQuiet());
    }

    /// The longest time between two looks at a connection: no wait that begins after now can be overdue sooner, and
    /// the looks during a wait for room show whether the peer takes bytes.
    long longestLookNanos() {
        Current now = current;
        long looks = now.minInputBytesPerSecond > 0 ? InputRate.LOOK_NANOS : FOREVER_NANOS;
        return Math.clamp(now.writeStallNanos / LOOKS_IN_A_WRITE_STALL, 1, Math.min(now.firstByteNanos, looks));
    }

    /// [Options.Limits#minInputBytesPerSecond].
    int minInputBytesPerSecond() {
        return current.minInputBytesPerSecond;
    }

    /// The options in force, and their waits in nanoseconds.
    private static final class Current {
        private final Options options;
        private final long firstByteNanos;
        private final long idleNanos;
        private final long writeStallNanos;
        private final long conversationNanos;
        private final int minInputBytesPerSecond;
        private final long tlsHandshakeNanos;

        Current(Options options) {
            this.options = options;
            this.idleNanos = limitNanos(options.timeouts().idle());
            this.firstByteNanos = Math.min(limitNanos(options.timeouts().firstByte()), idleNanos);
            this.writeStallNanos = limitNanos(options.timeouts().writeStall());
            this.conversationNanos = limitNanos(options.timeouts().conversation());
            this.minInputBytesPerSecond = options.limits().minInputBytesPerSecond();
            this.tlsHandshakeNanos = limitNanos(options.timeouts().tlsHandshake());
        }
    }
}
