package dev.polyserve.run;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Limit;
import dev.polyserve.conversation.Conversation;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The connections that are open, and who may still come in.
///
/// **Thread**: any; connections come in on the accept loop and leave on their owners' threads.
final class LiveConnections {
    private static final int SPINS = 100;

    private final Runnable onRoom;
    private final Set<Conversation> live = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /// Guarded by `lock`, like those below.
    private final Map<Object, Integer> perAddress = new HashMap<>();
    private int count;
    private int datagrams;
    private boolean roomAwaited;

    /// @param onRoom called, on any thread, when there is room again after [#hasRoom] said no
    LiveConnections(Runnable onRoom) {
        this.onRoom = onRoom;
    }

    /// Takes the lock without queueing for it. Where a loop's coroutine is in the queue, and the loop itself behind it, the lock is
    /// handed to the coroutine, which needs the loop to run. Nobody waits while holding it, so it is soon free.
    @SuppressWarnings("ThreadPriorityCheck") // a coroutine that yields lets its loop run: that is what this is about
    private void lock() {
        for (int spins = 0; !lock.tryLock(); spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /// How many there are.
    int size() {
        lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    List<ConnectionFuture> list() {
        return List.copyOf(live);
    }

    /// Whether one more may come in; if not, `onRoom` is called as soon as one may.
    boolean hasRoom(int most) {
        lock();
        try {
            if (count < most) {
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
        lock();
        try {
            if (count >= most) {
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
            count++;
        } finally {
            lock.unlock();
        }
        live.add(conversation);
        return Optional.empty();
    }

    /// A conversation is over; one that never came in does not count.
    void leave(Conversation conversation) {
        if (!live.remove(conversation)) {
            return;
        }
        boolean tell;
        lock();
        try {
            count--;
            Object key = addressKey(conversation.peer());
            if (key != null) {
                perAddress.computeIfPresent(key, (_, same) -> same > 1 ? same - 1 : null);
            }
            tell = roomAwaited;
            roomAwaited = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (tell) {
            onRoom.run();
        }
    }

    /// A datagram's handler runs: it counts for [#awaitNone] only.
    void datagramBegan() {
        lock();
        try {
            datagrams++;
        } finally {
            lock.unlock();
        }
    }

    void datagramEnded() {
        lock();
        try {
            datagrams--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until there is none, and no datagram's handler either.
    ///
    /// @return whether that is so
    boolean awaitNone(long atMostNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = atMostNanos;
            while (count + datagrams > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            return count + datagrams == 0;
        } finally {
            lock.unlock();
        }
    }

    /// Lets those that have waited in silence for so long see the end of their input.
    void endQuiet(long quietNanos) {
        for (Conversation conversation : live) {
            if (conversation.quietNanos() >= quietNanos) {
                conversation.cutInput(true);
            }
        }
    }

    /// Ends all of them.
    ///
    /// @return how many there were
    int abortAll() {
        int aborted = 0;
        for (Conversation conversation : live) {
            conversation.abort(new Cause.Stopped());
            aborted++;
        }
        return aborted;
    }

    /// Whether the calling thread serves one of them, and so must not wait for its end.
    boolean servesThisThread(Runner runner) {
        Thread current = Thread.currentThread();
        return runner.owns(current) || live.stream().anyMatch(conversation -> conversation.isOwnedBy(current));
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
