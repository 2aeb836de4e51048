package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.Wakeup;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.EpollEvents;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An epoll instance, and the mapping from its events to watches.
///
/// An event carries its descriptor's number and its watch's number. An event is dropped when its descriptor was closed
/// in the same batch and the number now belongs to another connection.
///
/// **Thread**: its loop's.
final class EpollInstance implements AutoCloseable {
    private static final int EVENTS = 512;
    private static final int FIRST_WATCHES = 64;
    /// The data of the wake-up's events: no descriptor has that number.
    private static final long WAKEUP = -1;

    private final SystemCallMemory memory;
    private final Descriptor epoll;
    private final EpollEvents events = new EpollEvents(EVENTS);
    private final EpollEvents control = new EpollEvents(1);
    /// The watches, by descriptor.
    private @Nullable DescriptorWatch[] watches = new @Nullable DescriptorWatch[FIRST_WATCHES];

    private EpollInstance(SystemCallMemory memory, Descriptor epoll) {
        this.memory = memory;
        this.epoll = epoll;
    }

    /// Opens an instance that `wakeup` can wake up. `wakeup` is closed when that fails.
    static EpollInstance open(SystemCallMemory memory, Wakeup wakeup) throws IOException {
        EpollInstance opened = null;
        try {
            opened = new EpollInstance(memory,
                    new Descriptor(
                            SystemCallException.require("epoll_create1", ReadinessWaitCalls.epollCreate(memory))));
            // Edge-triggered, so that each signal is reported and none has to be read.
            opened.control.setFirst(EpollEvents.IN | EpollEvents.ET, WAKEUP);
            opened.control(ReadinessWaitCalls.EPOLL_CTL_ADD, wakeup.descriptor());
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            wakeup.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
    }

    /// Starts watching for these bits.
    void add(DescriptorWatch watch, int bits) throws IOException {
        int descriptor = watch.descriptor();
        // First what needs memory: an event without a watch could not be answered.
        if (descriptor >= watches.length) {
            watches = Arrays.copyOf(watches, Math.max(descriptor + 1, 2 * watches.length));
        }
        control.setFirst(bits, data(watch));
        try {
            control(ReadinessWaitCalls.EPOLL_CTL_ADD, descriptor);
        } catch (SystemCallException e) {
            throw e.errno() == Errno.ENOSPC
                    ? new IOException("epoll may watch no more descriptors for this user; raise the limit"
                            + " fs.epoll.max_user_watches (" + e.getMessage() + ")", e)
                    : e;
        }
        watches[descriptor] = watch;
    }

    void modify(DescriptorWatch watch, int bits) throws IOException {
        if (isWatched(watch)) {
            control.setFirst(bits, data(watch));
            int result = ReadinessWaitCalls.epollControl(memory, epoll.number(), ReadinessWaitCalls.EPOLL_CTL_MOD,
                    watch.descriptor(), control);
            if (result == -Errno.EBADF || result == -Errno.ENOENT) {
                // Another thread has closed the descriptor meanwhile, which needs no consent of the loop.
                watches[watch.descriptor()] = null;
            } else {
                SystemCallException.require("epoll_ctl", result);
            }
        }
    }

    /// Stops watching. The kernel has already removed a closed descriptor.
    void remove(DescriptorWatch watch) {
        if (isWatched(watch)) {
            watches[watch.descriptor()] = null;
            int unused = ReadinessWaitCalls.epollControl(memory, epoll.number(), ReadinessWaitCalls.EPOLL_CTL_DEL,
                    watch.descriptor(), control);
            assert unused <= 0;
        }
    }

    /// True while the descriptor's number still belongs to the watch.
    private boolean isWatched(DescriptorWatch watch) {
        return watch.equals(watches[watch.descriptor()]);
    }

    private void control(int operation, int descriptor) throws SystemCallException {
        SystemCallException.require("epoll_ctl",
                ReadinessWaitCalls.epollControl(memory, epoll.number(), operation, descriptor, control));
    }

    private static long data(DescriptorWatch watch) {
        return (long) watch.number << Integer.SIZE | watch.descriptor();
    }

    /// Waits for events.
    ///
    /// @return the number of events, or `-errno`
    int await(long atMostNanos) {
        return ReadinessWaitCalls.epollWait(memory, epoll.number(), events, atMostNanos);
    }

    /// Returns the watch of an event; null when there is none.
    @Nullable DescriptorWatch watch(int index) {
        long data = events.data(index);
        if (data == WAKEUP) {
            return null;
        }
        DescriptorWatch watch = watches[(int) data];
        return watch != null && watch.number == (int) (data >>> Integer.SIZE) ? watch : null;
    }

    /// Returns the bits of an event.
    int bits(int index) {
        return events.bits(index);
    }

    @Override
    public void close() throws IOException {
        epoll.close();
    }
}
