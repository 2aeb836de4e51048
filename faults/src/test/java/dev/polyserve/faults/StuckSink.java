package dev.polyserve.faults;

import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Where the server's log goes when that takes nothing until it is told to, as a terminal that was stopped; whoever writes
/// to it waits.
///
/// **Thread**: any.
final class StuckSink extends Handler {
    private final CountDownLatch taking = new CountDownLatch(1);
    private final Handler behind;

    private StuckSink(Handler behind) {
        this.behind = behind;
    }

    /// Puts one in front of where the log goes now.
    static StuckSink install() {
        Logger root = Logger.getLogger("");
        Handler behind = root.getHandlers()[0];
        StuckSink sink = new StuckSink(behind);
        root.removeHandler(behind);
        root.addHandler(sink);
        return sink;
    }

    /// From now on it takes everything.
    void take() {
        taking.countDown();
    }

    @Override
    public void publish(LogRecord line) {
        try {
            taking.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        behind.publish(line);
    }

    @Override
    public void flush() {
        behind.flush();
    }

    @Override
    public void close() {
        behind.close();
    }
}
