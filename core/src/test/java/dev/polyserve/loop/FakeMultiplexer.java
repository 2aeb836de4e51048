package dev.polyserve.loop;

import dev.polyserve.io.Pollable;
import java.io.IOException;

/// A multiplexer on which nothing is ever ready. It records the calls, and cannot wait.
public class FakeMultiplexer implements Multiplexer {
    private int interest;
    private boolean forgotten;
    private boolean closed;
    private int lacks;

    /// Makes the next changes, or ends of a watch, fail for lack of memory.
    public void lacksMemory(int times) {
        lacks = times;
    }

    private void needMemory() {
        if (lacks > 0) {
            lacks--;
            throw new OutOfMemoryError("for the test");
        }
    }

    /// The last interest in any source.
    public int interest() {
        return interest;
    }

    /// Whether watching of a source has ended.
    public boolean forgotten() {
        return forgotten;
    }

    /// Whether this multiplexer was closed.
    public boolean closed() {
        return closed;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Watch watch(Pollable source, int wanted, Ready ready) {
        interest = wanted;
        return _ -> {};
    }

    @Override
    public void change(Watch watch, int wanted) {
        needMemory();
        interest = wanted;
    }

    @Override
    public void forget(Watch watch) {
        needMemory();
        forgotten = true;
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        throw new IOException("the fake cannot wait");
    }

    @Override
    public void wakeup() {
        // No thread ever waits.
    }

    @Override
    public void close() {
        closed = true;
    }
}
