package dev.polyserve.loop;

/// A fake that waits for nothing: its loop spins.
class SpinningMultiplexer extends FakeMultiplexer {
    @Override
    public void await(long atMostNanos) {
        Thread.onSpinWait();
    }
}
