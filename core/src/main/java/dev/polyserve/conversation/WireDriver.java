package dev.polyserve.conversation;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The driver of a pumped conversation: its thread waits in the wire, which wakes it, or here when there is nothing to
/// read.
///
/// **Thread**: as [ProtocolDriver]; [#await] the pump's.
final class WireDriver implements ProtocolDriver {
    private final Wire wire;
    private volatile @Nullable Thread pump;

    WireDriver(Wire wire) {
        this.wire = wire;
    }

    /// Waits until [#shutdown] or [#cutInput] has made `over` true.
    void await(BooleanSupplier over) {
        pump = Thread.currentThread();
        while (!over.getAsBoolean()) {
            LockSupport.park(this);
            // The protocol may have set the interrupt flag, which would end every later wait at once.
            Thread.interrupted();
        }
    }

    @Override
    public BufferPool pool() {
        return wire.pool();
    }

    @Override
    public void wake() {
        throw new IllegalStateException("a pumped conversation's senders write for themselves");
    }

    @Override
    public ReadinessCheck pending(boolean toWrite) {
        return wire.pending(toWrite);
    }

    @Override
    public void resetOnClose() {
        wire.resetOnClose();
    }

    @Override
    public void shutdown() {
        wire.shutdown();
        LockSupport.unpark(pump);
    }

    @Override
    public void discard() {
        try {
            wire.close(false);
        } catch (IOException e) {
            // The descriptor is released whatever close reports, and no handler has begun.
            wire.shutdown();
        }
    }

    @Override
    public void cutInput() {
        wire.cutInput();
        LockSupport.unpark(pump);
    }
}
