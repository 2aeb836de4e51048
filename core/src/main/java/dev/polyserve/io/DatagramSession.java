package dev.polyserve.io;

import dev.polyserve.Limit;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The datagrams of one peer at a port, in place of a socket of its own: those that wait to be read, and the way back.
///
/// ```
///   OPEN ──close──▶ CLOSED ──takeLeft──▶ OVER
///    offer, take, send   │ offer: for the next session of the peer
/// ```
///
/// It is itself the lock of its queue.
///
/// **Thread**: [#offer] and [#takeLeft] the loop of the port; [#nextBytes], [#take] and [#awaitedBy] the owner; the other
/// methods any.
public final class DatagramSession extends NonQueueingLock {
    /// What [#nextBytes] returns when no datagram waits.
    public static final int NONE = ReceivedDatagramQueue.NONE;

    private final AddressPair ends;
    private final SocketAddress from;
    private final SocketAddress to;
    private final DatagramSender sender;
    private final DatagramSender.Outcome outcome;
    private final ReceivedDatagramQueue queue;
    private volatile @Nullable Thread waiting;
    private volatile boolean closed;
    /// Whether a datagram was read. Guarded by the lock.
    private boolean read;

    private DatagramSession(AddressPair ends, SocketAddress from, SocketAddress to, DatagramSender sender,
            DatagramSender.Outcome outcome, ReceivedDatagramQueue queue) {
        this.ends = ends;
        this.from = from;
        this.to = to;
        this.sender = sender;
        this.outcome = outcome;
        this.queue = queue;
    }

    /// A session without datagrams.
    ///
    /// @param ends its addresses, as a PROXY header names them
    /// @param from the real sender, to which its datagrams are sent
    /// @param to the real address that the sender's datagrams arrive at
    /// @param outcome receives what became of each datagram that was sent
    /// @param mostBytes how many bytes may wait in its queue
    public static DatagramSession of(AddressPair ends, SocketAddress from, SocketAddress to, DatagramSender sender,
            DatagramSender.Outcome outcome, ReceivedDatagramQueuePool pool, int mostBytes) {
        return new DatagramSession(ends, from, to, sender, outcome, new ReceivedDatagramQueue(pool, mostBytes));
    }

    /// The addresses of its two sides.
    public AddressPair ends() {
        return ends;
    }

    /// The real sender of its datagrams.
    public SocketAddress from() {
        return from;
    }

    /// Whether a datagram belongs to it.
    ///
    /// @param peer the sender's address, as a PROXY header names it
    /// @param sentFrom the real sender
    /// @param arrivedAt the real address at which it arrived
    public boolean has(SocketAddress peer, SocketAddress sentFrom, SocketAddress arrivedAt) {
        return sentFrom.equals(from) && arrivedAt.equals(to) && peer.equals(ends.peer());
    }

    // --- the port's side ---

    /// Adds a datagram to the queue, and wakes the owner.
    ///
    /// @return the limit that keeps it out; null: it is in the queue
    public @Nullable Limit offer(ByteBuffer datagram) {
        Limit full;
        lock();
        try {
            full = queue.add(datagram);
        } finally {
            unlock();
        }
        if (full == null) {
            wake();
        }
        return full;
    }

    /// Ends it for good.
    ///
    /// @return a session of the same peer that has the datagrams which were not read; a session that has read none is over
    ///         with the first, with which it began. Empty when none is left
    public Optional<DatagramSession> takeLeft() {
        lock();
        try {
            closed = true;
            if (!read) {
                queue.drop();
            }
            return queue.nextBytes() == NONE
                    ? Optional.empty()
                    : Optional.of(new DatagramSession(ends, from, to, sender, outcome, queue));
        } finally {
            unlock();
        }
    }

    /// Drops the datagrams that wait.
    public void dropAll() {
        lock();
        try {
            queue.clear();
        } finally {
            unlock();
        }
    }

    // --- the owner's side ---

    /// The length of the next datagram, or [#NONE].
    public int nextBytes() {
        lock();
        try {
            return queue.nextBytes();
        } finally {
            unlock();
        }
    }

    /// Moves the next datagram to the buffer, which has room for it.
    public void take(ByteBuffer into) {
        lock();
        try {
            queue.take(into);
            read = true;
        } finally {
            unlock();
        }
    }

    /// Sets the thread that [#offer] and [#wake] unpark; null: none.
    public void awaitedBy(@Nullable Thread thread) {
        waiting = thread;
    }

    /// Unparks the thread that waits.
    public void wake() {
        LockSupport.unpark(waiting);
    }

    /// Sends a datagram to the peer. One that the system does not take is dropped, as a network would, and reported.
    ///
    /// @throws IOException when the session is closed, or the peer is gone, as far as the system tells: on a Unix socket
    public void send(ByteBuffer datagram) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int end = datagram.limit();
        try {
            if (sender.send(datagram, from, to)) {
                outcome.sent();
            } else {
                outcome.failed(from, DatagramSender.noRoom());
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            if (from instanceof UnixDomainSocketAddress) {
                throw e;
            }
            outcome.failed(from, e);
        }
        datagram.position(end);
    }

    /// Sends nothing more.
    public void close() {
        closed = true;
    }
}
