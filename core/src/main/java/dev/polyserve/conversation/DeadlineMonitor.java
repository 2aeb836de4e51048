package dev.polyserve.conversation;

/// Checks the time limits of a [Conversation] from time to time.
///
/// **Thread**: any.
public interface DeadlineMonitor {
    /// For a conversation that has no limits to watch.
    DeadlineMonitor NONE = new DeadlineMonitor() {
        @Override
        public void askNow() {
            // There are no limits to check.
        }

        @Override
        public void over() {
            // There are no limits to check.
        }
    };

    /// Requests a check now, because a limit may pass before the next planned one.
    void askNow();

    /// The conversation is over: checks end.
    void over();
}
