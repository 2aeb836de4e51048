package dev.polyserve.linux.worker;

/// A message between a supervisor and its worker over their [ControlChannel].
sealed interface ControlMessage permits WorkerCommand, WorkerEvent {
    /// How many descriptors accompany the message.
    default int descriptors() {
        return 0;
    }
}
