package dev.polyserve.linux.control;

/// A message between a supervisor and its worker over their [WorkerControlChannel].
public sealed interface WorkerMessage permits WorkerCommand, WorkerEventMessage {
    /// How many descriptors accompany the message.
    default int descriptors() {
        return 0;
    }
}
