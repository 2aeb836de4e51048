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

/// The connections that are open, and who may still come in.
///
/// **Thread**: any; connections come in on the accept loop and leave on their owners' threads.
final class LiveConnections {
    private final Runnable onRoom;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Each knows its place; who leaves is replaced by the last. Guarded by `lock`, like those below.
    private final List<Conversation> live = new ArrayList<>();
    private final Map<Object, Integer> perAddress = new HashMap<>();
    /// How many have come in so far.
    private long entered;
    /// What else there is to wait for.
    private int expected;
    private boolean roomAwaited;
    /// Waits for the end of all, once that is wanted.
    private volatile @Nullable Thread awaiting;

    /// @param onRoom called, on any thread, when there is room again after [#hasRoom] said no
    LiveConnections(Runnable onRoom) {
        this.onRoom = onRoom;
    }

    /// How many there are.
    int size() {
        lock.lock();
        try {
            return live.size();
        } finally {
            lock.unlock();
        }
    }

    /// How many have come in and ended so far.
    long ended() {
        lock.lock();
        try {
            return entered - live.size();
        } finally {
            lock.unlock();
        }
    }

    /// How many have come in so far.
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

    /// Whether one more may come in; if not, `onRoom` is called as soon as one may.
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

    /// Takes a connection in, if the limits allow.
    ///
    /// @param mostPerAddress 0: no limit of its own
    /// @return the limit that it would pass
    Optional<Limit> enter(Conversation conversation, int most, Limit limit, int mostPerAddress) {
        lock.lock();
        try {
            if (live.size() >= most) {
                return Optional.of(limit);
            }
            Object key = addressKey(conversation.peer());
            if (key != null) {
                int same = perAddress.getOrDefault(key, 0);
                if (mostPerAddress > 0 && same >= mostPerAddress) {
                    return Optional.of(Limit.CONNECTIONS_PER_ADDRESS);
                }
                // Counted without a limit, too: one may be set while they are open.
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

    /// A conversation is over; one that never came in does not count.
    void leave(Conversation conversation) {
        boolean tell;
        lock.lock();
        try {
            if (!remove(conversation)) {
                return;
            }
            Object key = addressKey(conversation.peer());
            if (key != null) {
                perAddress.computeIfPresent(key, (_, same) -> same > 1 ? same - 1 : null);
            }
            tell = roomAwaited;
            roomAwaited = false;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(awaiting);
        if (tell) {
            onRoom.run();
        }
    }

    private boolean remove(Conversation conversation) {
        int place = conversation.place();
        if (place >= live.size() || !live.get(place).equals(conversation)) {
            return false;
        }
        Conversation last = live.removeLast();
        if (!last.equals(conversation)) {
            live.set(place, last);
            last.place(place);
        }
        return true;
    }

    /// Those that are open now.
    private List<Conversation> all() {
        lock.lock();
        try {
            return List.copyOf(live);
        } finally {
            lock.unlock();
        }
    }

    /// A datagram's handler runs, or a connection that was accepted elsewhere may still come in: it counts for [#isNone] only.
    void expects() {
        lock.lock();
        try {
            expected++;
        } finally {
            lock.unlock();
        }
    }

    /// That is over.
    void expectsNoMore() {
        lock.lock();
        try {
            expected--;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(awaiting);
    }

    /// From now on it unparks this thread whenever a connection, or something else to wait for, is over.
    void tellsOfChanges(Thread waiting) {
        awaiting = waiting;
    }

    /// Whether there is none, and nothing else to wait for.
    boolean isNone() {
        lock.lock();
        try {
            return live.size() + expected == 0;
        } finally {
            lock.unlock();
        }
    }

    /// Lets those that have waited in silence for so long see the end of their input.
    void endQuiet(long quietNanos) {
        for (Conversation conversation : all()) {
            if (conversation.isQuiet(quietNanos)) {
                conversation.cutInput(true);
            }
        }
    }

    /// Ends all of them.
    ///
    /// @return how many there were
    int abortAll() {
        return abort(all());
    }

    /// Ends those that have come in since all were ended: their cause is not settled yet.
    ///
    /// @return how many there were
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

    /// The server's limits have changed: each is asked for those that hold now.
    void limitsChanged() {
        all().forEach(Conversation::limitsChanged);
    }

    /// Whether the calling thread serves one of them, and so must not wait for its end.
    boolean servesThisThread(Runner runner) {
        Thread current = Thread.currentThread();
        return runner.owns(current) || all().stream().anyMatch(conversation -> conversation.isOwnedBy(current));
    }

    /// What is counted as one address: an IPv4 address, an IPv6 /64 network (one customer's), nothing for Unix peers.
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
