package dev.polyserve.faults;

import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// A log handler that blocks until it is released, as a suspended terminal does.
///
/// **Thread**: any.
final class BlockingLogHandler extends Handler {
    private final CountDownLatch taking = new CountDownLatch(1);
    private final Handler behind;

    private BlockingLogHandler(Handler behind) {
        this.behind = behind;
    }

    /// Installs a blocking handler in front of the present ones.
    static BlockingLogHandler install() {
        Logger root = Logger.getLogger("");
        Handler behind = root.getHandlers()[0];
        BlockingLogHandler sink = new BlockingLogHandler(behind);
        root.removeHandler(behind);
        root.addHandler(sink);
        return sink;
    }

    /// Releases the handler: it blocks no longer.
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
