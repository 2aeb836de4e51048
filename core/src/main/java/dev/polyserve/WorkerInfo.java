package dev.polyserve;

import java.time.Duration;

/// One worker process of a server at one moment.
///
/// @param number counted from 1 for each that was started
/// @param pid its process
/// @param state how far it is
/// @param active connections, or datagrams, that it serves now
/// @param served how many it has served or serves
/// @param age time since it was started
public record WorkerInfo(int number, long pid, State state, long active, long served, Duration age) {
    /// How far a worker is.
    public enum State {
        /// It does not serve yet.
        BOOTING,
        /// It serves.
        SERVING,
        /// It takes nobody new, and lets those that it has come to their ends.
        LEAVING
    }
}
