package dev.polyserve.linux.worker;

/// What a supervisor and its worker tell each other over their [ControlChannel].
sealed interface ControlMessage permits WorkerCommand, WorkerEvent {
    /// How many descriptors come with it.
    default int descriptors() {
        return 0;
    }
}
