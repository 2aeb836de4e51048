package dev.polyserve.relay;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import dev.polyserve.spi.RelayableConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A relay whose two directions have a thread each: the caller reads the first connection, a virtual thread the second one. Each
/// writes to the other connection through its [Sender], which bounds what waits there.
///
/// ```
///   end of input ─▶ end of the other's output            both ended ─▶ over
///   a peer reads no more ─▶ nothing more is read for it; the thread that reads from it says whether it is lost
///   failure of a read ─▶ the other's input is cut ─▶ its thread resets it
/// ```
///
/// **Thread**: [#run] that of the owner of both connections, to which the second one belongs again when it returns.
final class ThreadedRelay {
    private static final int PIECE_BYTES = 16 << 10;
    /// How long to wait for room at a time, before a look at the peer whose bytes wait; the limits of the connection end a peer
    /// that reads nothing.
    private static final Duration ROOM_AT_MOST = Duration.ofSeconds(1);

    private final Direction there;
    private final Direction back;
    private final Thread backThread;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    ThreadedRelay(Connection first, Connection second) {
        this.there = new Direction(first, second);
        this.back = new Direction(second, first);
        this.backThread = Thread.ofVirtual().name("polyserve-relay-" + first.info().id()).unstarted(back);
    }

    RelayedBytes run() throws IOException, InterruptedException {
        there.from.flush();
        back.from.flush();
        backThread.start();
        there.run();
        joinBack();
        Throwable failed = failure.get();
        if (failed != null) {
            // Its direction may have ended before the other one has failed.
            there.from.reset(passedOn());
        }
        return switch (failed) {
            case null -> new RelayedBytes(there.copiedBytes, back.copiedBytes);
            case InterruptedException interrupted -> throw interrupted;
            case IOException lost -> throw lost;
            case Error error -> throw error;
            default -> throw new IOException("the relay has failed: " + failed.getMessage(), failed);
        };
    }

    /// The other thread uses the second connection until it ends, also when this one is interrupted.
    private void joinBack() throws InterruptedException {
        try {
            backThread.join();
        } catch (InterruptedException e) {
            fails(e);
            there.to.close();
            boolean again = joinsUninterrupted();
            if (again) {
                Thread.currentThread().interrupt();
            }
            throw e;
        }
    }

    /// @return whether it was interrupted meanwhile
    private boolean joinsUninterrupted() {
        boolean interrupted = false;
        while (true) {
            try {
                backThread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    /// Keeps the first failure.
    private void fails(Throwable why) {
        boolean _ = failure.compareAndSet(null, why);
    }

    /// One direction.
    private final class Direction implements Runnable {
        private final Connection from;
        private final Sender to;
        private final int pieceBytes;
        private long copiedBytes;

        Direction(Connection from, Connection to) {
            this.from = from;
            this.to = to.sender();
            this.pieceBytes = to instanceof RelayableConnection relayable
                    ? (int) Math.min(PIECE_BYTES, relayable.mostMessageBytes())
                    : PIECE_BYTES;
        }

        @Override
        public void run() {
            try {
                if (copiesToTheEnd()) {
                    to.end();
                }
                if (failure.get() != null) {
                    from.reset(passedOn());
                }
            } catch (Throwable e) { // also a lack of memory: a copy that was cut must not look whole
                fails(e);
                // Its thread reads the end of input then.
                to.close();
                from.reset(passedOn());
            }
        }

        /// @return false when the other side accepts no more
        private boolean copiesToTheEnd() throws IOException, InterruptedException {
            ByteBuffer piece = ByteBuffer.allocate(pieceBytes);
            boolean accepted = true;
            for (int count; accepted && (count = from.read(piece.clear())) >= 0;) {
                accepted = sends(piece.flip());
                copiedBytes += accepted ? count : 0;
            }
            return accepted;
        }

        /// @return false when the other side accepts no more
        private boolean sends(ByteBuffer piece) throws IOException, InterruptedException {
            while (to.isOpen()) {
                try {
                    to.send(piece, ROOM_AT_MOST);
                    return true;
                } catch (TimedOutException e) {
                    assert piece.hasRemaining() : "a slow reader within its limits: none of it was sent";
                    requireFirstPeer();
                } catch (ConnectionException e) {
                    assert !to.isOpen() : "it ended while this waited: the thread that reads from it says why";
                }
            }
            return false;
        }

        /// Looks whether the first peer is still there, from which nothing is read meanwhile. The second one may be gone: its last
        /// bytes may still be on their way.
        private void requireFirstPeer() throws ConnectionException {
            if (equals(there) && from.peerGone()) {
                Cause gone = new Cause.PeerReset("the peer has disconnected");
                from.reset(gone);
                if (back.from instanceof ConnectionFuture second) {
                    second.abort(); // its sender would first wait for the bytes that the peer does not take
                }
                throw new ConnectionException(gone);
            }
        }
    }

    /// The cause of the other side: the same limit, or that it was stopped.
    private Cause passedOn() {
        return failure.get() instanceof ConnectionException lost && lost.reason() instanceof Cause.TimedOut
                ? lost.reason()
                : new Cause.Stopped();
    }
}
