package dev.polyserve.loop;

import dev.polyserve.conversation.ServerLog;

/// Logs the failures of a monitor thread of loops, which goes on after them: a lack of memory must not end it.
///
/// **Thread**: the monitor's.
final class MonitorFailureLog {
    private final ServerLog log;
    /// Made in advance: even a constant needs memory when it is first used.
    private final String sentence;

    /// @param sentence what is reported before the failure
    MonitorFailureLog(ServerLog log, String sentence) {
        this.log = log;
        this.sentence = sentence;
    }

    /// Reports a failure. It never throws: while memory is short, the line is lost, and counted.
    void failed(Throwable failure) {
        log.failed(System.Logger.Level.WARNING, sentence, failure);
    }
}
