package dev.polyserve.cli.services;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Copies bytes between a connection and a [ProcessRelayPeer], including half-closes and resets, within the server's
/// limits.
///
/// ```
///  copying ──client ends──▶ upstream's input ended ──upstream ends──▶ over
///     │ └────upstream ends─▶ client's input ended ──client ends, or upstream has exited──▶ over
///     └──reset of one side, no byte for the idle limit, or a write stalled──▶ reset of the other
/// ```
///
/// Three threads: the handler's thread reads the client, a writer passes its bytes to upstream, and a reader passes
/// upstream's bytes to the client. So the handler never blocks in a write: while upstream accepts nothing, it
/// periodically checks whether the client has disconnected and whether a limit has expired.
///
/// **Thread**: the handler's, except for the bodies of the other two.
final class ProcessRelay implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProcessRelay.class.getName());
    private static final int PIECE_BYTES = 16 << 10;
    private static final int PIECES_WAITING = 4;
    private static final byte[] END = {};
    private static final Duration ROOM_AT_MOST = Duration.ofSeconds(10);
    private static final Duration JOIN_AT_MOST = Duration.ofSeconds(5);
    private static final long LOOKS_AT_MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LOOKS_AT_LEAST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Codec<byte[]> PIECES = new Pieces();

    private final Connection connection;
    private final ConnectionInfo info;
    private final Sender client;
    private final ProcessRelayPeer upstream;
    private final Supplier<Options.Timeouts> timeouts;
    private final BlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(PIECES_WAITING);
    private final Thread writer;
    private final Thread reader;
    private final AtomicLong bytesToUpstream = new AtomicLong();
    private final AtomicLong bytesFromUpstream = new AtomicLong();
    private volatile boolean takes = true;
    private volatile boolean cut;
    private volatile boolean exited;
    private boolean whole;
    private long movedBytes;
    private long movedNanos;
    private long writtenBytes;
    private long writtenNanos;

    /// Creates a relay between the connection of a handler and an upstream, which the relay closes.
    ProcessRelay(Connection connection, ProcessRelayPeer upstream, Supplier<Options.Timeouts> timeouts) {
        this.connection = connection;
        this.info = connection.info();
        this.client = connection.sender();
        this.upstream = upstream;
        this.timeouts = timeouts;
        this.writer = upstream.unstarted("polyserve-to-upstream-" + info.id(), this::writeAll);
        this.reader = upstream.unstarted("polyserve-from-upstream-" + info.id(), this::readAll);
    }

    /// Copies bytes until both sides have ended.
    ///
    /// @throws ConnectionException when a reset of one side, a limit or the server's stop ended the connection
    void run() throws IOException, InterruptedException {
        writer.start();
        reader.start();
        boolean passes = true;
        for (byte[] piece; passes && (piece = connection.read(PIECES)) != null;) {
            passes = give(piece);
        }
        throwIfCut();
        boolean endPassed = passes && give(END);
        awaitEnd(reader);
        throwIfCut();
        if (endPassed && !exited) {
            awaitEnd(writer);
        }
        whole = endPassed;
    }

    /// Closes upstream, and ends both threads.
    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            if (!whole) {
                // Before the interrupts, each of which closes the channel that its thread waits in.
                upstream.resetOnClose();
            }
            writer.interrupt();
            reader.interrupt();
            upstream.close();
        } finally {
            boolean writerJoined = joins(writer);
            boolean readerJoined = joins(reader);
            if (Thread.interrupted() || interrupted || !writerJoined || !readerJoined) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// A writer to a program may be abandoned: a surviving child process may hold the other end of the pipe.
    ///
    /// @return false when the wait was interrupted
    private static boolean joins(Thread thread) {
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(JOIN_AT_MOST)) {
                LOG.log(System.Logger.Level.DEBUG, thread.getName() + " still waits for its program");
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    // --- the handler's waits ---

    /// @return false when upstream accepts no more data
    private boolean give(byte[] piece) throws IOException, InterruptedException {
        if (!pieces.offer(piece)) {
            beginWait();
            while (takes && !pieces.offer(piece, lookAgainNanos(), TimeUnit.NANOSECONDS)) {
                check();
            }
        }
        return takes;
    }

    private void awaitEnd(Thread thread) throws IOException, InterruptedException {
        beginWait();
        while (!thread.join(Duration.ofNanos(lookAgainNanos()))) {
            check();
        }
    }

    private void beginWait() {
        long now = System.nanoTime();
        movedBytes = moved();
        movedNanos = now;
        writtenBytes = bytesToUpstream.get();
        writtenNanos = now;
    }

    /// Ends the relay when the client has disconnected or a limit has expired.
    private void check() throws ConnectionException {
        if (connection.peerGone()) {
            throw reset(new Cause.PeerReset("the client has disconnected"));
        }
        long now = System.nanoTime();
        long moved = moved();
        if (moved != movedBytes) {
            movedBytes = moved;
            movedNanos = now;
        } else if (isPassed(timeouts.get().idle(), now - movedNanos)) {
            throw reset(new Cause.TimedOut(Limit.IDLE));
        }
        long written = bytesToUpstream.get();
        if (written != writtenBytes || pieces.isEmpty()) {
            writtenBytes = written;
            writtenNanos = now;
        } else if (isPassed(timeouts.get().writeStall(), now - writtenNanos)) {
            throw reset(new Cause.TimedOut(Limit.WRITE_STALL));
        }
    }

    /// All bytes in both directions, on both sides.
    private long moved() {
        return info.bytesIn() + info.bytesOut() + bytesToUpstream.get() + bytesFromUpstream.get();
    }

    private static boolean isPassed(Duration limit, long nanos) {
        return limit.isPositive() && nanos >= TimeUnit.NANOSECONDS.convert(limit);
    }

    private long lookAgainNanos() {
        Options.Timeouts now = timeouts.get();
        long idle = now.idle().isZero() ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(now.idle());
        long stall = now.writeStall().isZero() ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(now.writeStall());
        return Math.clamp(Math.min(idle, stall) / 8, LOOKS_AT_MOST_NANOS, LOOKS_AT_LEAST_NANOS);
    }

    private void throwIfCut() throws ConnectionException {
        if (cut) {
            throw reset(new Cause.Stopped());
        }
    }

    private ConnectionException reset(Cause why) {
        connection.reset(why);
        return new ConnectionException(why);
    }

    // --- the writer ---

    private void writeAll() {
        try {
            byte[] piece = pieces.take();
            while (piece.length > 0) {
                upstream.write(ByteBuffer.wrap(piece));
                bytesToUpstream.addAndGet(piece.length);
                piece = pieces.take();
            }
            upstream.endOutput();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG,
                    "upstream of #" + info.id() + " accepts no more data: " + e.getMessage());
            abandonOutput();
        } catch (InterruptedException e) {
            abandonOutput(); // interrupted by close()
        }
    }

    private void abandonOutput() {
        takes = false;
        // The handler may be waiting for room; this wakes it, so that it finds the closed output.
        pieces.clear();
        try {
            upstream.abandonOutput();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "upstream of #" + info.id() + " was already closed: " + e.getMessage());
        }
    }

    // --- the reader ---

    private void readAll() {
        ByteBuffer buffer = ByteBuffer.allocate(PIECE_BYTES);
        try {
            while (read(buffer.clear())) {
                send(buffer.flip());
            }
            client.end();
            exited = upstream.awaitExit();
        } catch (ConnectionException e) {
            LOG.log(System.Logger.Level.DEBUG, "the client of #" + info.id() + " has disconnected: " + e.getMessage());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "upstream of #" + info.id() + " failed: " + e.getMessage());
            cut = true;
        } catch (InterruptedException e) {
            exited = true; // interrupted by close()
        }
        if (cut || exited) {
            // The handler's read returns the end after the bytes already sent.
            client.close();
        }
    }

    private boolean read(ByteBuffer into) throws IOException, InterruptedException {
        int count = upstream.read(into);
        bytesFromUpstream.addAndGet(Math.max(count, 0));
        return count >= 0;
    }

    /// Sends a piece as long as the client is connected; the handler's limits end a client that reads nothing.
    private void send(ByteBuffer bytes) throws IOException, InterruptedException {
        boolean sent = client.offer(bytes);
        while (!sent) {
            try {
                client.send(bytes, ROOM_AT_MOST);
                sent = true;
            } catch (TimedOutException e) {
                LOG.log(System.Logger.Level.DEBUG, "the client reads slowly: " + e.getMessage());
            }
        }
    }

    /// Returns whatever has arrived.
    private static final class Pieces implements Codec<byte[]> {
        @Override
        public byte @Nullable [] decode(Input input) {
            return input.available() == 0 ? null : input.take(Math.min(input.available(), PIECE_BYTES));
        }

        @Override
        public void encode(byte[] piece, Output output) throws IOException {
            output.write(piece);
        }
    }
}
