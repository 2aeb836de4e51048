package dev.polyserve.comparison.part;

import dev.polyserve.io.Pollable;
import dev.polyserve.loop.Multiplexer;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A multiplexer that reports its only socket as ready for a given number of turns, and then waits.
///
/// **Thread**: as for [Multiplexer]; another thread calls [#turns].
final class InMemoryMultiplexer implements Multiplexer {
    private final InMemorySocket socket;
    private final Semaphore begins = new Semaphore(0);
    private final Semaphore finished = new Semaphore(0);
    private @Nullable Ready watched;
    /// Published by `begins`.
    private int asked;
    private int left;
    private boolean busy;

    InMemoryMultiplexer(InMemorySocket socket) {
        this.socket = socket;
    }

    /// Lets the loop execute this many turns with one request each, and waits for the end of the last.
    void turns(int count) {
        asked = count;
        begins.release();
        finished.acquireUninterruptibly();
    }

    @Override
    public void await(long atMostNanos) {
        if (left > 0) {
            left--;
            socket.arrives();
            if (watched != null) {
                watched.ready(READ);
            }
        } else if (busy && atMostNanos > 0) {
            busy = false;
            finished.release();
        } else if (atMostNanos > 0) {
            begins.acquireUninterruptibly();
            left = asked;
            asked = 0;
            busy = left > 0;
        }
    }

    @Override
    public void wakeup() {
        begins.release();
    }

    @Override
    public Watch watch(Pollable source, int interest, Ready ready) {
        watched = ready;
        return _ -> {};
    }

    @Override
    public void change(Watch watch, int interest) {}

    @Override
    public void forget(Watch watch) {}

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public void close() {}
}
