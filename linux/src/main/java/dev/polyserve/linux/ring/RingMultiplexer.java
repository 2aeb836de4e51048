package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.Pollable;
import dev.polyserve.linux.socket.PollableDescriptor;
import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.socket.Wakeup;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.MultiplexerOwner;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/// `io_uring(7)`: one call a turn submits the queued operations, waits, and collects the completions.
///
/// **Thread**: the loop's, except [#wakeup].
public final class RingMultiplexer implements Multiplexer {
    private final SystemCallMemoryPool memories;
    private final Wakeup wakeup;
    private final IoUringInstance ring;
    private final ReceiveBuffers buffers;
    private final SendArena arena;
    private final MultiplexerOwner owner = new MultiplexerOwner("io_uring");
    private final RingOperations operations;
    private boolean closed;

    private RingMultiplexer(SystemCallMemoryPool memories, Wakeup wakeup, IoUringInstance ring, ReceiveBuffers buffers,
            SendArena arena, BufferBudget budget) {
        this.memories = memories;
        this.wakeup = wakeup;
        this.ring = ring;
        this.buffers = buffers;
        this.arena = arena;
        this.operations = new RingOperations(ring, buffers, arena, budget, owner);
    }

    /// Opens a multiplexer.
    ///
    /// @param budget the budget in which the multiplexer's memory for connections counts
    /// @param movable whether the threads that wait in it change
    public static RingMultiplexer open(BufferBudget budget, boolean movable) throws IOException {
        return open(budget, RingSetup.SUBMISSION_QUEUE_ENTRIES, movable);
    }

    /// Opens a multiplexer with a ring that has room for this many operations.
    static RingMultiplexer open(BufferBudget budget, int submissions, boolean movable) throws IOException {
        try (var opened = new CloseOnFailure()) {
            var memories = new SystemCallMemoryPool();
            Wakeup wakeup = opened.keep(new Wakeup(memories), Wakeup::close);
            IoUringInstance ring = opened.keep(IoUringInstance.open(submissions, movable), IoUringInstance::close);
            ReceiveBuffers buffers = opened.keep(ReceiveBuffers.forConnections(ring), ReceiveBuffers::unmap);
            SendArena arena = opened.keep(SendArena.open(), SendArena::unmap);
            opened.complete();
            return new RingMultiplexer(memories, wakeup, ring, buffers, arena, budget);
        }
    }

    @Override
    public String name() {
        return "io_uring";
    }

    @Override
    public Watch watch(Pollable source, int interest, Ready ready) throws IOException {
        owner.assertOwner();
        if (closed) {
            throw new ClosedChannelException();
        }
        RingHandle watched = switch (source) {
            case RingSocket socket -> {
                socket.joins(operations, memories);
                yield socket;
            }
            case RingListener listener -> {
                listener.joins(operations);
                yield listener;
            }
            case RingDatagramPort port -> {
                port.joins(operations, memories);
                yield port;
            }
            case RingPolledListener listener -> polled(listener.watched());
            case PollableDescriptor other -> polled(other);
            default -> throw new IllegalArgumentException("a ring cannot watch " + source);
        };
        watched.watchedBy(ready, interest);
        if (watched.ready() != 0) {
            operations.enlist(watched);
        }
        return watched;
    }

    private RingPolledDescriptor polled(PollableDescriptor source) throws IOException {
        source.joins(memories, EdgeReadiness.UNTRACKED);
        RingPolledDescriptor polled = new RingPolledDescriptor(source.descriptor().number());
        polled.joins(operations);
        return polled;
    }

    @Override
    public void change(Watch watch, int interest) {
        owner.assertOwner();
        RingHandle changing = (RingHandle) watch;
        if (changing.slot != 0 && changing.interest() != interest) {
            changing.interest(interest);
            operations.due(changing);
            if (changing.ready() != 0) {
                operations.enlist(changing);
            }
        }
    }

    @Override
    public void forget(Watch watch) {
        owner.assertOwner();
        RingHandle forgotten = (RingHandle) watch;
        if (forgotten.slot != 0) {
            forgotten.unwatched();
            forgotten.leave();
        }
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        operations.submittedBy(Thread.currentThread());
        operations.pollWakeup(wakeup.descriptor(), PollDescriptors.IN);
        operations.turn(atMostNanos);
        operations.tellReady();
    }

    @Override
    public void wakeup() {
        wakeup.signal();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        owner.closed();
        try (var opened = new CloseOnFailure()) {
            opened.keep(wakeup, Wakeup::close);
            opened.keep(arena, SendArena::unmap);
            opened.keep(buffers, ReceiveBuffers::unmap);
            opened.keep(ring, IoUringInstance::close);
            operations.end();
        }
    }
}
