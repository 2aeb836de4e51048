package dev.polyserve.tls;

import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.TlsInfo;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.StartTlsSocket;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.jfr.JfrEvents;
import dev.polyserve.stats.HandshakeOutcome;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// A connection with TLS over another socket.
///
/// ```
///   created ─▶ plain ─▶ startTls: STARTTLS
///      └──────────────────┴─▶ handshake … ─▶ DONE ─▶ read, write, endOutput: close_notify ─▶ close
/// ```
///
/// The engine is made by the first step of the handshake. From its end on, a read waits for the peer only, and a write for
/// room only: a request of the peer for new keys is answered with the next write.
///
/// A write whose records the kernel does not take completely returns without the plain text of these records; the caller
/// calls again, with the same bytes, as the contract of [StreamSocket] has it.
///
/// **Thread**: as [StreamSocket]; the handshake is of one thread.
public final class TlsSocket extends ForwardingStreamSocket implements StartTlsSocket, ConnectableSocket {
    private static final VarHandle WRITING;
    /// How often one read asks the kernel, so that a peer that sends empty records occupies no loop.
    private static final int READS = 4;
    /// The most plain text of one write that does not wait, so that a peer that reads fast occupies no loop. A piece of a
    /// handler's output is smaller.
    private static final int WRITE_BYTES = 8 * TlsFilter.PLAIN_BYTES;

    static {
        try {
            WRITING = MethodHandles.lookup().findVarHandle(TlsSocket.class, "writing", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Supplier<SSLEngine> engines;
    private final TlsRecordBuffers buffers;
    private @Nullable TlsFilter filter;
    private boolean plain;
    private boolean client;
    private @Nullable TlsHandshakeLimiter limit;
    /// Whether one thread makes and sends records.
    @SuppressWarnings("unused")
    private boolean writing;
    private boolean waits = true;
    private volatile boolean cut;
    /// The plain text of unsent records, which the next write repeats.
    private int repeated;
    private volatile @Nullable Closer closer;

    /// What closes the socket in place of [#close] while the handshake is under way.
    public interface Closer {
        /// **Thread**: any.
        void close(boolean unread) throws IOException;
    }

    /// @param below the socket with the records
    /// @param ends the addresses of the connection, which may not be those of that socket
    /// @param engines makes the engine for this connection
    /// @param buffers for the records
    public TlsSocket(StreamSocket below, AddressPair ends, Supplier<SSLEngine> engines,
            TlsRecordBuffers buffers) {
        super(below, ends);
        this.engines = engines;
        this.buffers = buffers;
    }

    /// Has it read and write plain text, until [#startTls].
    public TlsSocket plain() {
        plain = true;
        return this;
    }

    // --- of an outgoing connection ---

    @Override
    public StreamSocket socket() {
        return this;
    }

    @Override
    public boolean connect() throws IOException {
        return connectable().connect();
    }

    @Override
    public boolean connectWithin(long atMostNanos, boolean goesOn) throws IOException {
        return connectable().connectWithin(atMostNanos, goesOn);
    }

    private ConnectableSocket connectable() {
        if (!(below instanceof ConnectableSocket connectable)) {
            throw new IllegalStateException("it was accepted, so it is connected: " + below);
        }
        return connectable;
    }

    /// Records that this side sends the first bytes of the handshake.
    public TlsSocket asClient() {
        client = true;
        return this;
    }

    /// Whether this side sends the first bytes of the handshake.
    public boolean isClient() {
        return client;
    }

    // --- the handshake ---

    /// Sets what bounds the handshakes of all connections. Set before the connection begins.
    public void limitedBy(TlsHandshakeLimiter all) {
        limit = all;
    }

    @Override
    public boolean isPlain() {
        return plain;
    }

    private TlsHandshakeLimiter limit() {
        TlsHandshakeLimiter known = limit;
        if (known == null) {
            throw new IllegalStateException("nothing bounds the handshakes of TLS");
        }
        return known;
    }

    @Override
    public boolean startTls(Runnable whenRoom) {
        return limit().enter(whenRoom);
    }

    @Override
    public void endHandshake(Runnable whenRoom) {
        limit().withdraw(whenRoom);
    }

    @Override
    public void runTasksBeside(Runnable then) throws IOException {
        try {
            limit().compute(() -> {
                try {
                    runTasks();
                } finally {
                    then.run();
                }
            });
        } catch (RejectedExecutionException e) {
            throw new IOException("the server stops", e);
        }
    }

    @Override
    public Need handshake() throws IOException {
        TlsFilter made = filter;
        if (made == null) {
            made = new TlsFilter(engines.get(), buffers);
            filter = made;
            plain = false;
        }
        try {
            Need need = handshake(made);
            if (need == Need.DONE) {
                ended(made, HandshakeResult.SUCCEEDED);
            }
            return need;
        } catch (IOException e) {
            ended(made, HandshakeResult.FAILED);
            tell(made);
            throw e;
        }
    }

    /// Counts the handshake, unless it was counted.
    private void ended(TlsFilter made, HandshakeResult result) {
        HandshakeStartTime start = made.takeStart();
        TlsHandshakeLimiter counting = limit;
        if (start != null && counting != null) {
            long nanos = start.elapsedNanos();
            HandshakeOutcome kind = result == HandshakeResult.SUCCEEDED
                    ? start.succeeded(made.engine().getSession())
                    : HandshakeOutcome.of(result);
            counting.ended(kind, nanos);
            JfrEvents.handshake(peer(), result, kind.version(), kind.resumed(), nanos);
        }
    }

    private Need handshake(TlsFilter made) throws IOException {
        while (true) {
            switch (made.handshake()) {
                case WRITE -> {
                    if (!flush(made)) {
                        return counted(made, Need.WRITE);
                    }
                }
                case READ -> {
                    if (fill(made) == 0) {
                        return counted(made, Need.READ);
                    }
                }
                case TASK -> {
                    return counted(made, Need.TASK);
                }
                case DONE -> {
                    return counted(made, Need.DONE);
                }
            }
        }
    }

    private static Need counted(TlsFilter made, Need need) throws IOException {
        made.countInput();
        made.countOutput();
        return need;
    }

    /// Whether the handshake has begun: bytes have arrived for it.
    public boolean hasBegun() {
        return filter != null;
    }

    @Override
    public void runTasks() {
        require().runTasks();
    }

    /// Has another one close the socket while it is watched for its handshake; null: nothing more.
    public void closedBy(@Nullable Closer other) {
        closer = other;
    }

    /// Sends the alert of a failure or an end, if there is one and the kernel takes it.
    private void tell(TlsFilter over) {
        try {
            if (enter()) {
                try {
                    over.wrapRest();
                    boolean _ = flush(over);
                } finally {
                    WRITING.setRelease(this, false);
                }
            }
        } catch (IOException e) {
            // The peer is gone, too: what has failed before is reported.
            assert filter != null;
        }
    }

    private TlsFilter require() {
        TlsFilter made = filter;
        if (made == null) {
            throw new IllegalStateException("the handshake of TLS has not begun");
        }
        return made;
    }

    // --- reading ---

    @Override
    public int read(ByteBuffer into) throws IOException {
        return plain ? below.read(into) : read(into, false, 0);
    }

    @Override
    public int readWithin(ByteBuffer into, long atMostNanos) throws IOException {
        return plain
                ? below.control().waiting().readWithin(into, atMostNanos)
                : read(into, true, System.nanoTime() + atMostNanos);
    }

    private int read(ByteBuffer into, boolean limited, long deadline) throws IOException {
        TlsFilter made = require();
        int before = into.position();
        try {
            int count = waits ? readWaiting(made, into, limited, deadline) : readNow(made, into);
            made.countInput();
            if (count == END && made.hasEndedBoth()) {
                tell(made); // close_notify, at once: RFC 5246, section 7.2.1
            }
            return count;
        } catch (IOException e) {
            return failedRead(made, into.position() - before, e);
        }
    }

    private int readWaiting(TlsFilter made, ByteBuffer into, boolean limited, long deadline) throws IOException {
        while (true) {
            int count = made.decrypt(into);
            if (count != 0 || !into.hasRemaining()) {
                return count;
            }
            made.countInput();
            if (fillWaiting(made, into, limited, deadline) == TIMED_OUT) {
                return TIMED_OUT;
            }
        }
    }

    private int readNow(TlsFilter made, ByteBuffer into) throws IOException {
        int before = into.position();
        int count = made.decrypt(into);
        boolean more = true;
        for (int asked = 0; more && count != END && into.hasRemaining() && asked < READS; asked++) {
            // A buffer that was not filled has taken all that had arrived.
            more = fill(made) != 0 && made.isFull();
            count = made.decrypt(into, before);
        }
        int sum = into.position() - before;
        return count == TlsFilter.END && sum == 0 ? END : sum;
    }

    /// @return the bytes before the failure, which the next read reports; or the end, where this side has ended the input
    private int failedRead(TlsFilter made, int bytes, IOException why) throws IOException {
        if (bytes > 0) {
            made.fails(why);
            return bytes;
        }
        if (cut && why instanceof EOFException) {
            return END;
        }
        tell(made);
        throw why;
    }

    /// Takes records from the socket below.
    ///
    /// @return 0 when there are none now
    private int fill(TlsFilter made) throws IOException {
        int count = 0;
        try {
            count = below.read(made.room());
        } finally {
            if (count > 0) {
                made.received();
            } else {
                made.receivedNothing();
            }
        }
        return filled(made, count);
    }

    /// Waits for records with a lent buffer, which is afterwards as before, so that a thread that waits for a request holds no
    /// other one.
    private int fillWaiting(TlsFilter made, ByteBuffer lent, boolean limited, long deadline) throws IOException {
        if (!limited && made.hasPart()) {
            return fill(made);
        }
        int from = lent.position();
        int limit = lent.limit();
        int count;
        lent.limit(Math.min(limit, from + TlsRecordBuffers.RECORD_BYTES));
        try {
            count = limited
                    ? below.control().waiting().readWithin(lent, Math.max(1, deadline - System.nanoTime()))
                    : below.read(lent);
            if (count > 0) {
                made.room().put(lent.flip().position(from));
                made.received();
            }
        } finally {
            lent.limit(limit).position(from);
        }
        return filled(made, count);
    }

    private static int filled(TlsFilter made, int count) {
        if (count == END) {
            made.receivedEnd();
        }
        return count == END ? 1 : count;
    }

    @Override
    public boolean buffered() {
        TlsFilter made = filter;
        return made == null ? below.buffered() : made.hasMore() || below.buffered();
    }

    // --- writing ---

    /// Whether the calling thread may make and send records. Only the alert of a failed reader comes beside a writer.
    private boolean enter() {
        return WRITING.compareAndSet(this, false, true);
    }

    private void enterOrThrow() throws ClosedChannelException {
        if (!enter()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (plain) {
            return below.write(bytes);
        }
        TlsFilter made = require();
        enterOrThrow();
        try {
            int before = bytes.position();
            if (!flush(made)) {
                return 0;
            }
            bytes.position(bytes.position() + Math.min(repeated, bytes.remaining()));
            repeated = 0;
            while (bytes.hasRemaining() && (waits || bytes.position() - before < WRITE_BYTES)) {
                int at = bytes.position();
                int count = made.encrypt(bytes);
                if (!flush(made)) {
                    repeated = count;
                    bytes.position(at);
                    break;
                }
            }
            made.countOutput();
            return bytes.position() - before;
        } finally {
            WRITING.setRelease(this, false);
        }
    }

    /// Sends the records that were made.
    ///
    /// @return whether the kernel took all
    private boolean flush(TlsFilter made) throws IOException {
        ByteBuffer unsent = made.unsent();
        if (unsent != null) {
            try {
                int _ = below.write(unsent);
            } finally {
                made.sent();
            }
        }
        return made.unsent() == null;
    }

    @Override
    public boolean endOutput(boolean closes) throws IOException {
        TlsFilter made = filter;
        if (made != null && !made.failed()) {
            enterOrThrow();
            try {
                boolean ended = flush(made) && sendEnd(made);
                made.countOutput();
                if (!ended) {
                    return false;
                }
            } finally {
                WRITING.setRelease(this, false);
            }
        }
        return below.endOutput(closes);
    }

    private boolean sendEnd(TlsFilter made) throws IOException {
        made.end();
        return flush(made);
    }

    // --- the close, and what is known ---

    @Override
    public void close(boolean unread) throws IOException {
        Closer other = closer;
        if (other != null) {
            other.close(unread);
            return;
        }
        TlsFilter made = filter;
        if (made != null) {
            ended(made, HandshakeResult.ABORTED);
            made.release();
        }
        below.close(unread);
    }

    @Override
    public Optional<TlsInfo> negotiated() {
        TlsFilter made = filter;
        return made != null && made.isSecure() ? Optional.of(NegotiatedTls.of(made.engine())) : Optional.empty();
    }

    @Override
    public void blocking(boolean blocks) throws IOException {
        super.blocking(blocks);
        waits = blocks;
    }

    @Override
    public void cutInput() {
        cut = true;
        super.cutInput();
    }
}
