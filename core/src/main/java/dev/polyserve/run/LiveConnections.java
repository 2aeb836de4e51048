package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Limit;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The open connections, and the admission of new ones.
///
/// **Thread**: any; connections enter on the accept loop and leave on their owners' threads.
final class LiveConnections {
    private final Runnable onRoom;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Each conversation stores its index; on removal, the last one takes the free index. Guarded by `lock`, like the
    /// fields below.
    private final List<Conversation> live = new ArrayList<>();
    private final Map<Object, Integer> perAddress = new HashMap<>();
    private final EndedConnectionCounters ended = new EndedConnectionCounters();
    /// The number of connections that have entered so far.
    private long entered;
    /// The number of other things to wait for: see [#expects].
    private int expected;
    private boolean roomAwaited;
    /// The thread that waits for the end of all connections, once there is one.
    private volatile @Nullable Thread awaiting;

    /// @param onRoom called, on any thread, when there is room again after [#hasRoom] returned false
    LiveConnections(Runnable onRoom) {
        this.onRoom = onRoom;
    }

    /// The number of open connections.
    int size() {
        lock.lock();
        try {
            return live.size();
        } finally {
            lock.unlock();
        }
    }

    /// The number of connections that have entered and ended so far.
    long ended() {
        lock.lock();
        try {
            return entered - live.size();
        } finally {
            lock.unlock();
        }
    }

    /// The number of connections that have entered so far.
    long entered() {
        lock.lock();
        try {
            return entered;
        } finally {
            lock.unlock();
        }
    }

    List<ConnectionFuture> list() {
        return List.copyOf(all());
    }

    /// Whether one more connection may enter. If not, `onRoom` is called as soon as one may.
    boolean hasRoom(int most) {
        lock.lock();
        try {
            if (live.size() < most) {
                return true;
            }
            roomAwaited = true;
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Adds a connection, if the limits allow.
    ///
    /// @param mostPerAddress 0: no limit per address
    /// @return the limit that the connection would exceed
    Optional<Limit> enter(Conversation conversation, int most, Limit limit, int mostPerAddress) {
        lock.lock();
        try {
            Object key = clientKey(conversation);
            int same = key == null ? 0 : perAddress.getOrDefault(key, 0);
            Optional<Limit> exceeded = exceeded(same, most, limit, mostPerAddress);
            if (exceeded.isPresent()) {
                return exceeded;
            }
            if (key != null) {
                // Counted without a limit, too: one may be set while these connections are open.
                perAddress.put(key, same + 1);
            }
            conversation.place(live.size());
            live.add(conversation);
            entered++;
        } finally {
            lock.unlock();
        }
        return Optional.empty();
    }

    /// The limit that a connection of this peer would exceed now, by the same limits as [#enter]; it costs no connection.
    Optional<Limit> exceeds(SocketAddress peer, int most, Limit limit, int mostPerAddress) {
        Object key = addressKey(peer);
        lock.lock();
        try {
            int same = key == null ? 0 : perAddress.getOrDefault(key, 0);
            return exceeded(same, most, limit, mostPerAddress);
        } finally {
            lock.unlock();
        }
    }

    private Optional<Limit> exceeded(int same, int most, Limit limit, int mostPerAddress) {
        if (live.size() >= most) {
            return Optional.of(limit);
        }
        return mostPerAddress > 0 && same >= mostPerAddress
                ? Optional.of(Limit.CONNECTIONS_PER_ADDRESS)
                : Optional.empty();
    }

    /// Removes a conversation that is over, if it is in. Called again when it has failed for lack of memory.
    void leave(Conversation conversation) {
        boolean tell;
        lock.lock();
        try {
            if (isIn(conversation)) {
                // First what needs memory: if there is none, this is called again.
                Object key = clientKey(conversation);
                if (key != null) {
                    perAddress.computeIfPresent(key, (_, same) -> same > 1 ? same - 1 : null);
                }
                remove(conversation);
                ended.add(conversation);
            }
            tell = roomAwaited;
            roomAwaited = false;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(awaiting);
        if (tell) {
            tellOfRoom();
        }
    }

    private void tellOfRoom() {
        try {
            onRoom.run();
        } catch (OutOfMemoryError e) {
            lock.lock();
            try {
                roomAwaited = true;
            } finally {
                lock.unlock();
            }
            throw e;
        }
    }

    private boolean isIn(Conversation conversation) {
        int place = conversation.place();
        return place < live.size() && live.get(place).equals(conversation);
    }

    private void remove(Conversation conversation) {
        int place = conversation.place();
        Conversation last = live.removeLast();
        if (!last.equals(conversation)) {
            live.set(place, last);
            last.place(place);
        }
    }

    /// The figures of all connections that have entered. Each connection is counted once, either as open or as over: the
    /// bytes never decrease from one call to the next.
    ConnectionTotals figures() {
        List<Conversation> open;
        ConnectionTotals over;
        lock.lock();
        try {
            open = List.copyOf(live);
            over = ended.figures();
        } finally {
            lock.unlock();
        }
        return over.with(open);
    }

    private List<Conversation> all() {
        lock.lock();
        try {
            return List.copyOf(live);
        } finally {
            lock.unlock();
        }
    }

    /// Adds one thing to wait for, for [#isNone] only: a datagram's handler that runs, or connections accepted
    /// elsewhere that may still enter.
    void expects() {
        lock.lock();
        try {
            expected++;
        } finally {
            lock.unlock();
        }
    }

    /// Removes one thing to wait for.
    void expectsNoMore() {
        lock.lock();
        try {
            expected--;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(awaiting);
    }

    /// Sets the thread to unpark whenever a connection, or another thing to wait for, is over.
    void tellsOfChanges(Thread waiting) {
        awaiting = waiting;
    }

    /// Whether no connection is open and there is nothing else to wait for.
    boolean isNone() {
        lock.lock();
        try {
            return live.size() + expected == 0;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the input of the connections that have been quiet for this long.
    void endQuiet(long quietNanos) {
        for (Conversation conversation : all()) {
            // One that is quiet before it begins is in its handshake.
            if (conversation.isQuiet(quietNanos) && !conversation.stopEarly()) {
                conversation.cutInput(true);
            }
        }
    }

    /// Aborts all open connections.
    ///
    /// @return the number of aborted connections
    int abortAll() {
        return abort(all());
    }

    /// Aborts connections that have entered since [#abortAll]: their cause is not settled yet.
    ///
    /// @return the number of aborted connections
    int abortLate() {
        return abort(all().stream().filter(conversation -> conversation.cause() == null).toList());
    }

    private static int abort(List<Conversation> conversations) {
        int aborted = 0;
        for (Conversation conversation : conversations) {
            if (!conversation.isDone()) {
                conversation.abort(new Cause.Stopped());
                aborted++;
            }
        }
        return aborted;
    }

    /// Makes each conversation apply the server's current limits.
    void limitsChanged() {
        all().forEach(Conversation::limitsChanged);
    }

    /// Whether the calling thread serves one of the connections, and so must not wait for its end.
    boolean servesThisThread(Runner runner) {
        Thread current = Thread.currentThread();
        return runner.loops().stream().anyMatch(loop -> loop.coroutines().isRunBy(current))
                || all().stream().anyMatch(conversation -> conversation.isOwnedBy(current));
    }

    /// The key that the limit per address counts this connection by; null for one that the server has begun, too, because its
    /// peer is no client.
    private static @Nullable Object clientKey(Conversation conversation) {
        return conversation.isBegunHere() ? null : addressKey(conversation.peer());
    }

    /// The key that the limit per address counts by: an IPv4 address, an IPv6 /64 network (one customer's), null for
    /// Unix peers.
    static @Nullable Object addressKey(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress inet)) {
            return null;
        }
        InetAddress address = inet.getAddress();
        return address instanceof Inet6Address ? ByteBuffer.wrap(address.getAddress(), 0, 8).getLong() : address;
    }

    static long quietCheckNanos(long quietNanos) {
        return Math.clamp(quietNanos / 4, TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(100));
    }
}
