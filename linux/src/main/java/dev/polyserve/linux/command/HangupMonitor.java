package dev.polyserve.linux.command;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.NonSocketDescriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.EpollEvents;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// Detects clients that have gone, where another process reads the connection's bytes. It is an epoll without requested
/// events, and so reports only connections that have failed or have ended on both sides. A half-close is neither.
///
/// **Thread**: its loop's, which watches the epoll itself as a descriptor.
final class HangupMonitor implements AutoCloseable {
    private static final int EVENTS = 64;

    /// Receives the hang-up of a connection.
    @FunctionalInterface
    interface Told {
        /// Called once when the connection is gone.
        ///
        /// @param failed whether it has failed, rather than ended on both sides
        void hungUp(boolean failed);
    }

    private final SystemCallMemory memory = SystemCallMemory.small();
    private final EpollEvents events = new EpollEvents(EVENTS);
    private final EpollEvents control = new EpollEvents(1);
    private final Map<Integer, Told> watched = new HashMap<>();
    private final NonSocketDescriptor epoll;

    private HangupMonitor(NonSocketDescriptor epoll) {
        this.epoll = epoll;
    }

    static HangupMonitor open() throws IOException {
        int epoll = ReadinessWaitCalls.epollCreate(SystemCallMemory.small());
        return new HangupMonitor(
                new NonSocketDescriptor(new Descriptor(SystemCallException.require("epoll_create1", epoll))));
    }

    /// A descriptor that is readable while there are events for [#tell].
    NonSocketDescriptor source() {
        return epoll;
    }

    /// Watches a connection's descriptor, until it hangs up or [#forget].
    void watch(int descriptor, Told told) throws SystemCallException {
        control.setFirst(0, descriptor);
        SystemCallException.require("epoll_ctl", control(ReadinessWaitCalls.EPOLL_CTL_ADD, descriptor));
        watched.put(descriptor, told);
    }

    /// Ends watching. Must come before the descriptor is closed, because a program may keep a copy.
    void forget(int descriptor) {
        if (watched.remove(descriptor) != null) {
            int unused = control(ReadinessWaitCalls.EPOLL_CTL_DEL, descriptor);
            assert unused == 0;
        }
    }

    /// Notifies the receivers of the connections that have hung up.
    void tell() throws SystemCallException {
        int count = ReadinessWaitCalls.epollWait(memory, epoll.descriptor().number(), events, 0);
        if (count == -Errno.EINTR) {
            return;
        }
        SystemCallException.require("epoll_wait", count);
        for (int i = 0; i < count; i++) {
            int descriptor = (int) events.data(i);
            Told told = watched.get(descriptor);
            if (told != null) {
                boolean failed = (events.bits(i) & EpollEvents.ERR) != 0;
                forget(descriptor);
                told.hungUp(failed);
            }
        }
    }

    private int control(int operation, int descriptor) {
        return ReadinessWaitCalls.epollControl(memory, epoll.descriptor().number(), operation, descriptor, control);
    }

    @Override
    public void close() throws IOException {
        epoll.close();
    }
}
