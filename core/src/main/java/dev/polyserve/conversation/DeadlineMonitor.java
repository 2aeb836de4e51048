package dev.polyserve.conversation;

/// Who asks a [Conversation] for its time limits from time to time.
///
/// **Thread**: any.
public interface DeadlineMonitor {
    /// For a conversation that has no limits to watch.
    DeadlineMonitor NOBODY = new DeadlineMonitor() {
        @Override
        public void askNow() {
            // Nobody asks.
        }

        @Override
        public void over() {
            // Nobody asks.
        }
    };

    /// Ask now: it would be too late when it was said.
    void askNow();

    /// It is over: there is nothing more to ask.
    void over();
}
