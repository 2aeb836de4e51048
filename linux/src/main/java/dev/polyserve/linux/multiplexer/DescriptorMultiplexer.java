package dev.polyserve.linux.multiplexer;

import dev.polyserve.io.Source;
import dev.polyserve.linux.socket.DescriptorSource;
import dev.polyserve.linux.socket.Readiness;
import dev.polyserve.linux.socket.Wakeup;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.CallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.MemoryShortage;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;

/// What the multiplexers of descriptors share: waking up, memory for calls, and who is told.
///
/// **Thread**: the loop's, except [#wakeup].
abstract class DescriptorMultiplexer implements Multiplexer {
    /// For waiting and whatever else only the loop itself calls.
    final CallMemory memory = CallMemory.small();
    final Wakeup wakeup;
    /// For the calls of its sockets, which may come from other threads, too.
    private final CallMemoryPool memories = new CallMemoryPool();
    private final String name;
    private final MemoryShortage shortage = new MemoryShortage();
    private int lastNumber;

    DescriptorMultiplexer(String name) throws IOException {
        this.name = name;
        this.wakeup = new Wakeup(memories);
    }

    /// Begins to watch.
    abstract void add(DescriptorWatch watch) throws IOException;

    /// The watch's interest is now this.
    abstract void changed(DescriptorWatch watch);

    /// Ends watching.
    abstract void remove(DescriptorWatch watch);

    /// What its sources note of their readiness.
    Readiness newReadiness() {
        return Readiness.UNTRACKED;
    }

    /// The number of the newest watch.
    final int lastNumber() {
        return lastNumber;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Watch watch(Source source, int interest, Ready ready) throws IOException {
        DescriptorSource watched = (DescriptorSource) source;
        lastNumber++;
        DescriptorWatch watch = new DescriptorWatch(watched.descriptor().number(), lastNumber, newReadiness(), interest,
                ready);
        watched.joins(memories, watch.readiness);
        add(watch);
        return watch;
    }

    @Override
    public final void change(Watch watch, int interest) {
        DescriptorWatch changing = (DescriptorWatch) watch;
        if (!changing.forgotten() && changing.interest() != interest) {
            changing.interest(interest);
            changed(changing);
        }
    }

    @Override
    public final void forget(Watch watch) {
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
        wakeup.close();
    }

    /// How many are ready. An interrupted wait had none, and neither had one for which the system has no memory at the moment.
    final int requireWaited(String call, int result) throws SystemCallException {
        return shortage.pausedFor(result) || result == -Errno.EINTR ? 0 : SystemCallException.require(call, result);
    }
}
