package dev.polyserve.linux.ring;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.MemoryMappingCalls;
import dev.polyserve.linux.system.RingCalls;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.MemoryShortageRetry;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// An io_uring instance and its memory.
///
/// **Thread**: its creator's until the first [#enter]; from then on, the thread of that call, or, if it is movable, one
/// thread after the other.
final class IoUringInstance implements AutoCloseable {
    private final SystemCallMemory memory = SystemCallMemory.small();
    private final MemoryShortageRetry shortage = new MemoryShortageRetry();
    private final Descriptor descriptor;
    private final MemorySegment queues;
    private final MemorySegment operations;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    /// The ring's number for [#enter]: its descriptor, or the index under which its thread has registered it.
    private int number;
    private final boolean movable;
    private int enterFlags;
    private boolean enabled;
    private boolean lost;

    private IoUringInstance(RingSetup setup, boolean movable) throws IOException {
        this.descriptor = new Descriptor(setup.descriptor());
        this.number = setup.descriptor();
        this.movable = movable;
        try {
            this.queues = MemoryMappingCalls.mapShared(memory, setup.parameters().mappedBytes(), number, 0);
        } catch (IOException | RuntimeException | Error e) {
            descriptor.close();
            throw e;
        }
        try {
            this.operations = MemoryMappingCalls.mapShared(memory,
                    (long) RingLayout.SQE_BYTES * setup.parameters().submissions(), number, RingLayout.OFF_SQES);
        } catch (IOException | RuntimeException | Error e) {
            descriptor.close();
            MemoryMappingCalls.unmap(memory, queues);
            throw e;
        }
        this.submissions = new SubmissionQueue(queues, operations, setup.parameters());
        this.completions = new CompletionQueue(queues, setup.parameters());
    }

    /// Opens a ring.
    ///
    /// @param submissions the number of operations that must fit
    /// @param movable whether the threads that enter it change
    static IoUringInstance open(int submissions, boolean movable) throws IOException {
        return new IoUringInstance(RingSetup.open(SystemCallMemory.small(), submissions, movable), movable);
    }

    SubmissionQueue submissions() {
        return submissions;
    }

    CompletionQueue completions() {
        return completions;
    }

    void register(MemorySegment buffers, int entries, int group) throws IOException {
        SystemCallException.require("io_uring_register",
                RingCalls.registerBuffers(memory, descriptor.number(), buffers, entries, group));
    }

    /// Unregisters a ring of provided buffers that no operation uses any more.
    void unregister(int group) throws IOException {
        SystemCallException.require("io_uring_register",
                RingCalls.unregisterBuffers(memory, descriptor.number(), group));
    }

    /// Submits the queued operations, and waits until a completion is available or the time has passed. With 0 it only
    /// submits, and lets the kernel post completions.
    ///
    /// @param atMostNanos 0: does not wait
    void enter(long atMostNanos) throws IOException {
        if (!enabled) {
            enable();
        }
        submissions.publish();
        int result = RingCalls.enter(memory, number, submissions.waiting(), atMostNanos == 0 ? 0 : 1,
                RingCalls.ENTER_GETEVENTS | enterFlags, atMostNanos);
        if (result >= 0) {
            submissions.taken(result);
        } else if (!begunAgain(result) && !shortage.pausedFor(result)) {
            lost = true;
            throw new SystemCallException("io_uring_enter", result);
        }
    }

    /// True when the time has passed, a signal has interrupted the call, or completions must be taken first.
    private static boolean begunAgain(int result) {
        return result == -Errno.ETIME || result == -Errno.EINTR || result == -Errno.EBUSY;
    }

    private void enable() throws IOException {
        SystemCallException.require("io_uring_register", RingCalls.enable(memory, descriptor.number()));
        enabled = true;
        if (movable) {
            return; // the index of a registered ring is its thread's
        }
        int registered = RingCalls.registerRing(memory, descriptor.number());
        if (registered >= 0) {
            number = registered;
            enterFlags = RingCalls.ENTER_REGISTERED_RING;
        }
        // Otherwise, it is entered by its descriptor, which costs some nanoseconds: a thread may register only sixteen rings.
    }

    /// True when the ring can be entered: no call has failed for good.
    boolean isUsable() {
        return !lost;
    }

    /// Cancels the operation with that user data, synchronously.
    void cancelNow(long userData) throws IOException {
        int result = RingCalls.cancel(memory, descriptor.number(), userData);
        if (result != -Errno.ENOENT) {
            SystemCallException.require("io_uring_register", result);
        }
    }

    /// Cancels all operations and waits for their end, if the ring was ever used.
    void cancelAll() throws IOException {
        if (enabled) {
            int result = RingCalls.cancelAll(memory, descriptor.number());
            if (result != -Errno.ENOENT) {
                SystemCallException.require("io_uring_register", result);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            descriptor.close();
        } finally {
            MemoryMappingCalls.unmap(memory, operations);
            MemoryMappingCalls.unmap(memory, queues);
        }
    }
}
