package dev.polyserve.run;

import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import java.util.concurrent.TimeUnit;

/// How many connections a second the listeners of one server accept together ([Options.Limits#acceptsPerSecond]). The
/// others wait in the backlog until a timer of the loop resumes.
///
/// Connections are spread evenly. After a pause, those of a tenth of a second may be accepted at once, so no second
/// has more than 1.1 times the rate. It needs one number: when the next connection would come if all came evenly.
///
/// **Thread**: the accept loop's.
final class AcceptRateLimit {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    /// The part of a second's connections that may be accepted at once.
    private static final int AT_ONCE = 10;

    private final EventLoop loop;
    private final ServerContext context;
    private final Runnable whenAgain;
    private final EventLoop.Delayed timer;
    private long nextNanos;
    private boolean waiting;

    /// @param whenAgain called when connections may be accepted again after [#allows] returned false
    AcceptRateLimit(EventLoop loop, ServerContext context, Runnable whenAgain) {
        this.loop = loop;
        this.context = context;
        this.whenAgain = whenAgain;
        this.timer = loop.prepared(this::resume);
        this.nextNanos = context.clock().nanos();
    }

    /// Whether one more connection may be accepted now. If not, `whenAgain` is called as soon as one may.
    boolean allows() {
        loop.assertOwner();
        int perSecond = perSecond();
        if (perSecond == 0) {
            return true;
        }
        long intervalNanos = SECOND_NANOS / perSecond;
        long aheadNanos = (Math.max(1, perSecond / AT_ONCE) - 1) * intervalNanos;
        long waitNanos = nextNanos - context.clock().nanos() - aheadNanos;
        if (waitNanos <= 0) {
            return true;
        }
        if (!waiting) {
            waiting = true;
            context.listener().limitReached(Limit.ACCEPT_RATE);
        }
        // Also when it waits already: the rate may have changed.
        loop.start(timer, waitNanos);
        return false;
    }

    private int perSecond() {
        Options now = context.options();
        return now.limits().acceptsPerSecond();
    }

    /// A connection was accepted.
    void used() {
        loop.assertOwner();
        int perSecond = perSecond();
        if (perSecond > 0) {
            long now = context.clock().nanos();
            nextNanos = (nextNanos - now > 0 ? nextNanos : now) + SECOND_NANOS / perSecond;
        }
    }

    /// Ends the wait.
    void resume() {
        loop.assertOwner();
        waiting = false;
        whenAgain.run();
    }
}
