package dev.polyserve.linux.worker;

/// What a supervisor and its worker tell each other over their [Link].
sealed interface Message permits Order, Report {
    /// How many descriptors come with it.
    default int descriptors() {
        return 0;
    }
}
