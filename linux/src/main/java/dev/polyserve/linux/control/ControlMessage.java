package dev.polyserve.linux.control;

/// A message between a supervisor and its worker over their [ControlChannel].
public sealed interface ControlMessage permits WorkerCommand, WorkerEvent {
    /// How many descriptors accompany the message.
    default int descriptors() {
        return 0;
    }
}
