package dev.polyserve.linux.command;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.EpollEvents;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Detects which connections had traffic since the last query, where another process reads and writes the bytes and the
/// system does not count them (Unix sockets): an edge-triggered epoll that is only polled, never waited for.
///
/// The system records each arrival, and each time that the peer's reading frees space in the send buffer, until the
/// epoll is polled, whether or not the bytes were read meanwhile (`epoll(7)`). So traffic costs this process nothing.
/// One case is missed: input that arrives and is read while the peer leaves so much output unread that the socket is
/// not writable.
///
/// **Thread**: its loop's.
final class EpollTrafficDetector implements AutoCloseable {
    private static final int EVENTS = 64;

    private final SystemCallMemory memory = SystemCallMemory.small();
    private final EpollEvents events = new EpollEvents(EVENTS);
    private final EpollEvents control = new EpollEvents(1);
    /// Each watched descriptor, and whether it had traffic.
    private final Map<Integer, Boolean> watched = new HashMap<>();
    private final Descriptor epoll;

    private EpollTrafficDetector(Descriptor epoll) {
        this.epoll = epoll;
    }

    static EpollTrafficDetector open() throws IOException {
        int number = ReadinessWaitCalls.epollCreate(SystemCallMemory.small());
        return new EpollTrafficDetector(new Descriptor(SystemCallException.require("epoll_create1", number)));
    }

    /// Watches a connection's descriptor, until [#forget].
    void watch(int descriptor) throws SystemCallException {
        control.setFirst(EpollEvents.IN | EpollEvents.OUT | EpollEvents.ET, descriptor);
        SystemCallException.require("epoll_ctl", control(ReadinessWaitCalls.EPOLL_CTL_ADD, descriptor));
        watched.put(descriptor, false);
        // The initial readiness is not traffic.
        boolean _ = take(descriptor);
    }

    /// Ends watching. Must come before the descriptor is closed, because a program may keep a copy.
    void forget(int descriptor) {
        if (watched.remove(descriptor) != null) {
            int unused = control(ReadinessWaitCalls.EPOLL_CTL_DEL, descriptor);
            assert unused == 0;
        }
    }

    /// True when the connection had traffic since the last call.
    boolean take(int descriptor) throws SystemCallException {
        int count = EVENTS;
        while (count == EVENTS) {
            count = ReadinessWaitCalls.epollWait(memory, epoll.number(), events, 0);
            if (count != -Errno.EINTR) {
                SystemCallException.require("epoll_wait", count);
            }
            for (int i = 0; i < count; i++) {
                watched.replace((int) events.data(i), true);
            }
        }
        @Nullable
        Boolean had = watched.replace(descriptor, false);
        return had != null && had;
    }

    private int control(int operation, int descriptor) {
        return ReadinessWaitCalls.epollControl(memory, epoll.number(), operation, descriptor, control);
    }

    @Override
    public void close() throws IOException {
        epoll.close();
    }
}
