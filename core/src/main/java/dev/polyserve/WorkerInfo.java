package dev.polyserve;

import java.time.Duration;

/// One worker process of a server at one moment: [Server#workers]. Made by the library, which may tell more in a later version.
public interface WorkerInfo {
    /// Its number, counted from 1 for each that was started.
    int number();

    /// Its process.
    long pid();

    /// How far it is.
    State state();

    /// Connections, or datagrams, that it serves now.
    long active();

    /// How many it has served or serves.
    long served();

    /// Time since it was started.
    Duration age();

    /// How far a worker is.
    enum State {
        /// It does not serve yet.
        BOOTING,
        /// It serves.
        SERVING,
        /// It takes no new connections, and lets those that it has come to their ends.
        LEAVING
    }
}
