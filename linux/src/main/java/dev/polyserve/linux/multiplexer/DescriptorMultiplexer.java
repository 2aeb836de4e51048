package dev.polyserve.linux.multiplexer;

import dev.polyserve.io.Pollable;
import dev.polyserve.linux.socket.PollableDescriptor;
import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.socket.Wakeup;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.MemoryShortageRetry;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.MultiplexerOwner;
import java.io.IOException;

/// Base class of the descriptor multiplexers: wake-up, memory for calls, and the watches.
///
/// **Thread**: the loop's, except [#wakeup].
abstract class DescriptorMultiplexer implements Multiplexer {
    /// Memory for the wait and for the other calls that only the loop makes.
    final SystemCallMemory memory = SystemCallMemory.small();
    final Wakeup wakeup;
    /// Memory for the calls of the watched sockets, which other threads may also make.
    private final SystemCallMemoryPool memories;
    private final String name;
    final MultiplexerOwner owner;
    private final MemoryShortageRetry shortage = new MemoryShortageRetry();
    private int lastNumber;

    DescriptorMultiplexer(String name) throws IOException {
        this.name = name;
        this.owner = new MultiplexerOwner(name);
        this.memories = SystemCallMemoryPool.ownedBy(owner::isCalling);
        this.wakeup = new Wakeup(memories);
    }

    abstract void add(DescriptorWatch watch) throws IOException;

    /// Reports that the watch's interest has changed.
    abstract void changed(DescriptorWatch watch);

    abstract void remove(DescriptorWatch watch);

    /// Returns the readiness record of a new source.
    EdgeReadiness newReadiness() {
        return EdgeReadiness.UNTRACKED;
    }

    /// Returns the number of the newest watch.
    final int lastNumber() {
        return lastNumber;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Watch watch(Pollable source, int interest, Ready ready) throws IOException {
        owner.assertOwner();
        PollableDescriptor watched = (PollableDescriptor) source;
        lastNumber++;
        watched.joins(memories, newReadiness());
        DescriptorWatch watch = new DescriptorWatch(watched, lastNumber, interest, ready);
        add(watch);
        return watch;
    }

    @Override
    public final void change(Watch watch, int interest) {
        owner.assertOwner();
        DescriptorWatch changing = (DescriptorWatch) watch;
        int before = changing.interest();
        if (!changing.forgotten() && before != interest) {
            changing.interest(interest);
            try {
                changed(changing);
            } catch (RuntimeException | Error e) {
                changing.interest(before);
                throw e;
            }
        }
    }

    @Override
    public final void forget(Watch watch) {
        owner.assertOwner();
        DescriptorWatch forgotten = (DescriptorWatch) watch;
        if (!forgotten.forgotten()) {
            remove(forgotten);
            forgotten.forget();
        }
    }

    @Override
    public final void wakeup() {
        wakeup.signal();
    }

    @Override
    public void close() throws IOException {
        owner.closed();
        wakeup.close();
    }

    /// Returns the number of ready descriptors. It is 0 when the wait was interrupted or the system lacks memory for
    /// the moment.
    final int requireWaited(String call, int result) throws SystemCallException {
        return shortage.pausedFor(result) || result == -Errno.EINTR ? 0 : SystemCallException.require(call, result);
    }
}
