package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.MessageConversation;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A coroutine that runs the messages that are due on its loop, and parks when there are none. While a handler's own code
/// runs, the loop can be handed off ([HandlerCoroutine]); another coroutine then goes on with the messages.
///
/// **Thread**: its own, which runs on the loop's; [#resume] the loop's; [#connection] and [#thread] any.
final class MessageCoroutine implements Runnable {
    private final EventLoop loop;
    private final MessageCoroutines all;
    private final HandlerCoroutine coroutine;
    private final HandlerBorder border;
    /// The stall monitor reads it, too, for which an old value is good enough.
    private @Nullable MessageConversation<?> serving;
    private boolean started;
    private boolean resumed;

    MessageCoroutine(EventLoop loop, MessageCoroutines all) {
        this.loop = loop;
        this.all = all;
        this.coroutine = new HandlerCoroutine(loop, this);
        this.border = coroutine.border();
    }

    /// Starts it, or ends its park.
    void resume() {
        loop.assertOwner();
        resumed = true;
        if (started) {
            LockSupport.unpark(coroutine.thread());
        } else {
            started = true;
            coroutine.start("polyserve-message", this);
        }
    }

    @Override
    public void run() {
        do {
            resumed = false;
            all.runs();
            for (MessageConversation<?> next; (next = all.next()) != null;) {
                handle(next);
            }
        } while (all.keep(this) && resumes());
    }

    private void handle(MessageConversation<?> next) {
        serving = next;
        try {
            coroutine.expectedLong(next.expectedLong());
            next.run(border, coroutine);
            next.expectedLong(coroutine.expectedLong());
        } catch (RuntimeException | Error e) {
            next.abandon(e);
            loop.report(e);
        } finally {
            serving = null;
            all.left();
            loop.coroutines().leaves();
        }
    }

    private boolean resumes() {
        while (!resumed) {
            LockSupport.park(this);
        }
        return true;
    }

    @Nullable ConnectionInfo connection() {
        MessageConversation<?> now = serving;
        return now == null ? null : now.info();
    }

    @Nullable Thread thread() {
        return coroutine.thread();
    }
}
