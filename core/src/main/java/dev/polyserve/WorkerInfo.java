package dev.polyserve;

import java.time.Duration;

/// One worker process of a server at one moment: [Server#workers]. Implemented by the library, which may add to it in a
/// later version.
public interface WorkerInfo {
    /// Its number, counted from 1 in the order of starts.
    int number();

    /// Its process id.
    long pid();

    /// Its state.
    State state();

    /// Connections, or datagrams, that it serves now.
    long active();

    /// How many it has served so far, including those that it serves now.
    long served();

    /// Time since it was started.
    Duration age();

    /// The life cycle of a worker.
    enum State {
        /// It does not serve yet.
        BOOTING,
        /// It serves.
        SERVING,
        /// It accepts no new connections, and finishes those that it has.
        LEAVING
    }
}
