package dev.polyserve.loop;

import dev.polyserve.conversation.DeadlineMonitor;

/// What a conversation asks of the timer that checks its limits. It is made with the timer, so that asking takes no memory.
///
/// **Thread**: any; [#perform] the loop's.
final class LimitRequest extends LoopRequest implements DeadlineMonitor {
    private static final int CHECK = 1;
    private static final int CANCEL = 2;

    private final LimitTimer timer;

    LimitRequest(LimitTimer timer) {
        this.timer = timer;
    }

    @Override
    public void askNow() {
        timer.loop.ask(this, CHECK);
    }

    @Override
    public void over() {
        timer.loop.askForLater(this, CANCEL);
    }

    @Override
    void perform(int what) {
        if ((what & CANCEL) != 0) {
            timer.cancel();
        } else {
            timer.runSoon();
        }
    }
}
