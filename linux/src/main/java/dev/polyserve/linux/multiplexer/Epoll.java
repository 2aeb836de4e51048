package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.Wakeup;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.EpollEvents;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.WaitCalls;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An epoll instance, and whom its events are for.
///
/// An event carries its descriptor's number and its watch's: one that was told in the same batch in which its descriptor was
/// closed, and the number given to another connection, is for nobody.
///
/// **Thread**: its loop's.
final class Epoll implements AutoCloseable {
    private static final int EVENTS = 512;
    private static final int FIRST_WATCHES = 64;
    /// The wake-up's: no descriptor has that number.
    private static final long WAKEUP = -1;

    private final CallMemory memory;
    private final Descriptor epoll;
    private final EpollEvents events = new EpollEvents(EVENTS);
    private final EpollEvents control = new EpollEvents(1);
    /// By descriptor.
    private @Nullable DescriptorWatch[] watches = new @Nullable DescriptorWatch[FIRST_WATCHES];

    private Epoll(CallMemory memory, Descriptor epoll) {
        this.memory = memory;
        this.epoll = epoll;
    }

    /// Opens one that is woken up by `wakeup`, which is closed when that fails.
    static Epoll open(CallMemory memory, Wakeup wakeup) throws IOException {
        Epoll opened = null;
        try {
            opened = new Epoll(memory,
                    new Descriptor(SystemCallException.require("epoll_create1", WaitCalls.epollCreate(memory))));
            // As an edge each signal is told, and nobody has to read it away.
            opened.control.setFirst(EpollEvents.IN | EpollEvents.ET, WAKEUP);
            opened.control(WaitCalls.EPOLL_CTL_ADD, wakeup.descriptor());
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            wakeup.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
    }

    /// Begins to watch for these bits.
    void add(DescriptorWatch watch, int bits) throws IOException {
        int descriptor = watch.descriptor;
        control.setFirst(bits, data(watch));
        try {
            control(WaitCalls.EPOLL_CTL_ADD, descriptor);
        } catch (SystemCallException e) {
            throw e.errno() == Errno.ENOSPC
                    ? new IOException("epoll may watch no more descriptors for this user; raise the limit"
                            + " fs.epoll.max_user_watches (" + e.getMessage() + ")", e)
                    : e;
        }
        if (descriptor >= watches.length) {
            watches = Arrays.copyOf(watches, Math.max(descriptor + 1, 2 * watches.length));
        }
        watches[descriptor] = watch;
    }

    /// Watches for other bits.
    void modify(DescriptorWatch watch, int bits) throws IOException {
        if (isWatched(watch)) {
            control.setFirst(bits, data(watch));
            int result = WaitCalls.epollControl(memory, epoll.number(), WaitCalls.EPOLL_CTL_MOD, watch.descriptor,
                    control);
            if (result == -Errno.EBADF || result == -Errno.ENOENT) {
                // Closed meanwhile by another thread, which may do so without asking the loop.
                watches[watch.descriptor] = null;
            } else {
                SystemCallException.require("epoll_ctl", result);
            }
        }
    }

    /// Ends watching. A descriptor that is closed has ended it itself.
    void remove(DescriptorWatch watch) {
        if (isWatched(watch)) {
            watches[watch.descriptor] = null;
            int unused = WaitCalls.epollControl(memory, epoll.number(), WaitCalls.EPOLL_CTL_DEL, watch.descriptor,
                    control);
            assert unused <= 0;
        }
    }

    /// Whether the descriptor's number is still its.
    private boolean isWatched(DescriptorWatch watch) {
        return watch.equals(watches[watch.descriptor]);
    }

    private void control(int operation, int descriptor) throws SystemCallException {
        SystemCallException.require("epoll_ctl",
                WaitCalls.epollControl(memory, epoll.number(), operation, descriptor, control));
    }

    private static long data(DescriptorWatch watch) {
        return (long) watch.number << Integer.SIZE | watch.descriptor;
    }

    /// Waits.
    ///
    /// @return how many events there are, or `-errno`
    int await(long atMostNanos) {
        return WaitCalls.epollWait(memory, epoll.number(), events, atMostNanos);
    }

    /// Whom an event is for; null: nobody.
    @Nullable DescriptorWatch watch(int index) {
        long data = events.data(index);
        if (data == WAKEUP) {
            return null;
        }
        DescriptorWatch watch = watches[(int) data];
        return watch != null && watch.number == (int) (data >>> Integer.SIZE) ? watch : null;
    }

    /// What has happened.
    int bits(int index) {
        return events.bits(index);
    }

    @Override
    public void close() throws IOException {
        epoll.close();
    }
}
